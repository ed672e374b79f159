import { onnxRunner } from './onnx-runner.ts'
import { sha256Hex } from '@proofhouse/evidence'
import { addOne } from '../artifacts/onnx.fixture.ts'
const bytes=addOne()
for (const mb of [256,300,400,450,500,512,600,800,1500,3000,4096,8192]) for (const runtime of ['wasm']) { const t=performance.now(); const s=await onnxRunner({threads:1}).load({name:'m',bytes,sha256:sha256Hex(bytes),runtime,memoryBytes:mb*2**20,timeoutMs:10000}).catch(e=>({e})); console.log(mb,runtime, (performance.now()-t).toFixed(0), s.e?s.e.message+JSON.stringify(s.e.details):'ok'); await s.close?.() }
