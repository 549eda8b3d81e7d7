/**
 * The one reader of each sniffed type (ffmpeg's -f). What is not here is not read: no playlists (hls, dash, concat, m3u), which name other
 * files and addresses, no images by pattern, no text.
 */
const DEMUXERS: Readonly<Record<string, string>> = {
  'audio/ogg': 'ogg',
  'video/ogg': 'ogg',
  'audio/mpeg': 'mp3',
  'audio/aac': 'aac',
  'audio/amr': 'amr',
  'audio/wav': 'wav',
  'audio/flac': 'flac',
  'audio/aiff': 'aiff',
  'audio/mp4': 'mov',
  'audio/3gpp': 'mov',
  'video/mp4': 'mov',
  'video/3gpp': 'mov',
  'video/3gpp2': 'mov',
  'video/quicktime': 'mov',
  'audio/webm': 'matroska',
  'video/webm': 'matroska',
  'video/matroska': 'matroska',
  'video/x-msvideo': 'avi',
  'audio/x-ms-wma': 'asf',
  'video/x-ms-wmv': 'asf',
};
export const demuxerOf = (mimeType: string): string | undefined => (Object.hasOwn(DEMUXERS, mimeType) ? DEMUXERS[mimeType] : undefined);
