import { type ByteSource, believable, type Measures } from './byte-source.ts';
import { measureAmr } from './measure-amr.ts';
import { measureMp4 } from './measure-mp4.ts';
import { measureOgg } from './measure-ogg.ts';
import { measurePicture } from './measure-picture.ts';

const BY_LIBRARY = /^(audio\/(mpeg|aac|wav|vnd\.wave|flac|x-flac|aiff|ogg|opus)|video\/(webm|matroska|x-matroska|ogg))/;

/** Containers that are not read here: by music-metadata, which looks at whatever it must. */
async function byLibrary(path: string): Promise<Measures> {
  const { parseFile } = await import('music-metadata');
  const { format } = await parseFile(path, { duration: true, skipCovers: true, skipPostHeaders: true });
  const track = format.trackInfo?.find((t) => t.video?.pixelWidth)?.video;
  const seconds = format.duration;
  return believable({
    width: track?.displayWidth ?? track?.pixelWidth,
    height: track?.displayHeight ?? track?.pixelHeight,
    durationMs: seconds === undefined || seconds === 0 ? undefined : seconds * 1000,
  });
}

/** Size and duration by the file's own headers, without decoding. A header that makes no sense gives nothing, never a fault. */
export async function measure(path: string, source: ByteSource, type: string): Promise<Measures> {
  try {
    if (type.startsWith('image/')) return await measurePicture(source, type);
    if (/^(video\/(mp4|quicktime|3gpp2?|x-m4v)|audio\/(mp4|x-m4a))$/.test(type)) return await measureMp4(source);
    if (/^audio\/amr/.test(type)) return await measureAmr(source);
    const ogg = /^(audio|video)\/(ogg|opus)/.test(type) ? await measureOgg(source) : {};
    if (ogg.durationMs !== undefined) return ogg;
    return BY_LIBRARY.test(type) ? await byLibrary(path) : {};
  } catch {
    return {};
  }
}
