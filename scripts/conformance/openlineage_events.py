"""Reads events with OpenLineage's own classes, every facet with its own, and writes one of its own: JSON in and JSON out."""

import json
import sys

from openlineage.client import event_v2
from openlineage.client.generated import (
    column_lineage_dataset,
    dataset_version_dataset,
    datasource_dataset,
    source_code_location_job,
)
from openlineage.client.serde import Serde

FACETS = {
    'version': dataset_version_dataset.DatasetVersionDatasetFacet,
    'dataSource': datasource_dataset.DatasourceDatasetFacet,
    'sourceCodeLocation': source_code_location_job.SourceCodeLocationJobFacet,
}
ours = ('_producer', '_schemaURL')


def bare(value):
    return {name: member for name, member in value.items() if name not in ours}


def input_field(row):
    steps = [column_lineage_dataset.Transformation(**one) for one in row['transformations']]
    return column_lineage_dataset.InputField(**{**row, 'transformations': steps})


def lineage(facet):
    fields = {
        name: column_lineage_dataset.Fields([input_field(row) for row in field['inputFields']])
        for name, field in facet['fields'].items()
    }
    whole = [input_field(row) for row in facet.get('dataset', [])]
    return column_lineage_dataset.ColumnLineageDatasetFacet(fields=fields, dataset=whole)


def facets(given):
    known = {name: FACETS[name](**bare(facet)) for name, facet in given.items() if name in FACETS}
    if 'columnLineage' in given:
        known['columnLineage'] = lineage(bare(given['columnLineage']))
    for name, facet in known.items():
        if given[name]['_schemaURL'] != facet._get_schema():
            raise ValueError(f'{name}: {given[name]["_schemaURL"]} is not {facet._get_schema()}')
    return known


def data_set(kind, row):
    return kind(namespace=row['namespace'], name=row['name'], facets=facets(row['facets']))


def read(event):
    return event_v2.RunEvent(
        eventTime=event['eventTime'],
        producer=event['producer'],
        eventType=event_v2.RunState(event['eventType']),
        run=event_v2.Run(runId=event['run']['runId']),
        job=event_v2.Job(
            namespace=event['job']['namespace'],
            name=event['job']['name'],
            facets=facets(event['job']['facets']),
        ),
        inputs=[data_set(event_v2.InputDataset, row) for row in event['inputs']],
        outputs=[data_set(event_v2.OutputDataset, row) for row in event['outputs']],
    )


events = [read(event) for event in json.load(sys.stdin)]
json.dump([json.loads(Serde.to_json(event)) for event in events], sys.stdout)
