"""Trains nothing, and logs it with the real MLflow: to where the first argument says. Prints the ids as JSON."""

import json
import os
import sys
import tempfile

# The store of files is announced to go; it is read all the same.
os.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'
import mlflow
from mlflow.data.http_dataset_source import HTTPDatasetSource
from mlflow.data.meta_dataset import MetaDataset


class Model(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input


question = json.load(sys.stdin)
# What MLflow prints along the way is no part of the answer.
answer, sys.stdout = sys.stdout, sys.stderr
os.chdir(tempfile.mkdtemp())
mlflow.set_tracking_uri(question['uri'])
mlflow.set_experiment('credit')
with mlflow.start_run(run_name='first') as run:
    source = HTTPDatasetSource('https://ann:' + question['password'] + '@data.example.org/train.csv')
    mlflow.log_input(MetaDataset(source, name='train'), context='training')
    mlflow.log_params({'lr': 1e-05, 'seed': 7, 'group/nested': 'x'})
    for step in range(3):
        mlflow.log_metric('auc', 0.5 + step / 10, step=step)
    with open('model.onnx', 'w') as file:
        file.write(question['model'])
    mlflow.log_artifact('model.onnx', 'exported/of the day')
    info = mlflow.pyfunc.log_model(name='model', python_model=Model())
    run_id, experiment = run.info.run_id, run.info.experiment_id
print(json.dumps({'run': run_id, 'experiment': experiment, 'model': info.model_id}), file=answer)
