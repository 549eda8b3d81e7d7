const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'audio/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/wav': 'wav',
  'video/mp4': 'mp4',
  'video/3gpp': '3gp',
  'video/quicktime': 'mov',
  'video/webm': 'webm',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
};
const MAX_STEM = 80;

/** A name for an upload: ASCII ("file names with non-ASCII characters are not supported", messenger.md 6), with the extension of what the file is now. */
export function filenameFor(filename: string | null, mimeType: string): string {
  const [, stem = filename ?? '', given = 'bin'] = /^(.*)\.([A-Za-z0-9]{1,8})$/.exec(filename ?? '') ?? [];
  const ascii = stem
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '')
    .replace(/[\\/:*?"<>|]+/g, '_')
    .trim()
    .slice(0, MAX_STEM);
  return `${ascii === '' ? 'file' : ascii}.${EXTENSIONS[mimeType] ?? given}`;
}
