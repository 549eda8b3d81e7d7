import { parentPort } from 'node:worker_threads';
import { type Examination, type Examined, examine } from './examine.ts';
import { MediaFault, type MediaFaultKind } from './media-fault.ts';

/** Looks at files that strangers made, apart from everything else: it may be ended at any moment (see create-examiner.ts). */
export type ExamineRequest = Examination & { readonly id: number };
export type ExamineAnswer = { readonly id: number } & ({ readonly value: Examined } | { readonly kind: MediaFaultKind; readonly message: string });

const port = parentPort;
if (!port) throw new Error('examine-worker runs in a worker thread');
port.on('message', ({ id, ...examination }: ExamineRequest) => {
  const tell = (answer: ExamineAnswer) => port.postMessage(answer);
  examine(examination).then(
    (value) => tell({ id, value }),
    (error: unknown) =>
      tell(error instanceof MediaFault ? { id, kind: error.kind, message: error.message } : { id, kind: 'later', message: 'The file could not be read from the disk.' }),
  );
});
