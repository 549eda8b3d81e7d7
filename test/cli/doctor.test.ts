import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doctor } from '../../src/cli/doctor.ts';

/** What doctor says of the programs that convert files. */
const dir = mkdtempSync(join(tmpdir(), 'parlance-doctor-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const program = (name: string): string => {
  const path = join(dir, name);
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
};
program('ffprobe');
const [ffmpeg, heif] = [program('ffmpeg'), program('heif-convert')];
const NONE = { FFMPEG_PATH: 'none', HEIF_CONVERT_PATH: 'none' };

test.each<[string, string, Record<string, string>, boolean, RegExp]>([
  ['ffmpeg that is there', 'ffmpeg', { ...NONE, FFMPEG_PATH: ffmpeg }, true, /\/ffmpeg converts sound and film$/],
  ['no ffmpeg', 'ffmpeg', NONE, true, /^not found: sound and film are not converted; .* goes as a link \(MEDIA_WITHOUT_FFMPEG\)$/],
  ['heif-convert that is there', 'heif-convert', { ...NONE, HEIF_CONVERT_PATH: heif }, true, /\/heif-convert decodes HEIC pictures$/],
  ['no heif-convert', 'heif-convert', NONE, true, /^not found \(Debian: libheif-examples\): HEIC pictures are not converted; .* goes as a link \(MEDIA_WITHOUT_FFMPEG\)$/],
  ['neither, and no links', 'heif-convert', { ...NONE, MEDIA_WITHOUT_FFMPEG: 'refuse' }, true, / is refused \(MEDIA_WITHOUT_FFMPEG\)$/],
  [
    'a path to no program',
    'configuration',
    { ...NONE, HEIF_CONVERT_PATH: dir },
    false,
    /^HEIF_CONVERT_PATH: .* is no program; name the path of heif-convert .* or "none" to go without\.$/,
  ],
])('%s', async (_what, check, env, ok, words) => {
  const nowhere = 'http://127.0.0.1:9';
  const findings = await doctor({ DATA_DIR: join(dir, 'data'), GRAPH_API_URL: nowhere, TWILIO_API_URL: nowhere, ...env });
  expect(findings.filter((f) => f.check === check)).toEqual([{ check, ok, detail: expect.stringMatching(words) as string }]);
});
