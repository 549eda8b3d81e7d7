import { open } from 'node:fs/promises';
import { fileSource, type Measures } from './measure/byte-source.ts';
import { isWhole } from './measure/is-whole.ts';
import { measure } from './measure/measure.ts';
import { MediaFault } from './media-fault.ts';
import { kindRule } from './media-kinds.ts';
import { secondNature, sniff } from './sniff.ts';

export interface Examination {
  readonly path: string;
  /** Of the content; `any` for what is to be sent and is judged there. */
  readonly kind: string;
  readonly declaredType: string | null;
  /** The platform's own hash matched, so the bytes are those that were sent, ends and all. */
  readonly vouched: boolean;
}
export interface Examined extends Measures {
  readonly mimeType: string;
}

/** The type and measures of a file by its bytes. Throws MediaFault: `refused` for what it must not be, `later` for what seems cut off. Never anything else but faults of the disk. */
export async function examine({ path, kind, declaredType, vouched }: Examination): Promise<Examined> {
  const file = await open(path, 'r');
  try {
    const source = fileSource(file, (await file.stat()).size);
    const mimeType = await sniff(path, source, declaredType);
    const { types, name } = kindRule(kind);
    if (types && !types.test(mimeType)) throw new MediaFault('refused', `The file is not ${name}: its bytes are ${mimeType}.`);
    const also = types || /^(image|audio|video)\//.test(mimeType) ? await secondNature(source) : null;
    if (also && mimeType !== 'image/svg+xml') throw new MediaFault('refused', `The file is ${mimeType} and ${also} at once.`);
    if (!vouched && !(await isWhole(source, mimeType))) throw new MediaFault('later', 'The file is cut off: it ends before its own format says so.');
    return { mimeType, ...(await measure(path, source, mimeType)) };
  } finally {
    await file.close();
  }
}
