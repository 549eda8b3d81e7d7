export interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly bytes: Buffer;
}
const value = (header: string, name: string): string | undefined => new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(header)?.[1];

/** multipart/form-data, whole; null: it is none. */
export function partsOf(contentType: string | undefined, body: Buffer): readonly Part[] | null {
  const boundary = /^multipart\/form-data\b.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '');
  const mark = boundary?.[1] ?? boundary?.[2];
  if (mark === undefined) return null;
  const parts: Part[] = [];
  const line = Buffer.from(`--${mark}`);
  for (let at = body.indexOf(line); at >= 0; ) {
    const begin = at + line.length + 2; // past the line break
    const next = body.indexOf(`\r\n--${mark}`, begin - 2);
    if (next < 0) break;
    const split = body.indexOf('\r\n\r\n', begin - 2);
    if (split >= 0 && split < next) {
      const head = body.subarray(begin, split).toString('utf8');
      const disposition = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
      const filename = value(disposition, 'filename');
      const type = /^content-type:\s*(.+?)\s*$/im.exec(head)?.[1];
      parts.push({
        name: value(disposition, 'name') ?? '',
        ...(filename === undefined ? {} : { filename }),
        ...(type === undefined ? {} : { type }),
        bytes: body.subarray(split + 4, next),
      });
    }
    at = next + 2;
  }
  return parts;
}
