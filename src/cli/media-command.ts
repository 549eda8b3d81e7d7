import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { CliError } from './client.ts';
import type { Command } from './commands.ts';
import { optional, word } from './given.ts';
import { clean, table } from './print.ts';

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly url: string;
  readonly mimeType?: string;
  readonly bytes?: number;
  readonly reason?: string;
}
const line = (m: Shown): string =>
  clean([m.id, m.state, m.mimeType, m.bytes === undefined ? undefined : `${m.bytes} bytes`, m.reason, m.url].filter((v) => v !== undefined).join('  '));
const JSON_ONLY = { headers: { accept: 'application/json' } };

export const mediaCommand: Command = {
  usage: 'media [ID | upload FILE [--tenant T] | retry ID] [--state pending|ready|failed] [--channel ID]',
  about: 'files of messages: list, look at one (with a fresh link), upload one to send it, fetch one anew',
  async run(c) {
    const [what] = c.given.words;
    if (what === 'upload') {
      const path = word(c, 1, 'the file');
      const file = await openAsBlob(path).catch((error: NodeJS.ErrnoException) => {
        throw new CliError(2, `${path} can not be read (${error.code}).`);
      });
      const form = new FormData();
      form.set('file', file, basename(path));
      const tenant = optional(c, 'tenant');
      const done = (await c.client.request('POST', `/v1/media${tenant ? `?tenant=${encodeURIComponent(tenant)}` : ''}`, { form })) as Shown;
      return c.out(line(done), done);
    }
    if (what === 'retry') {
      const done = (await c.client.request('POST', `/v1/media/${encodeURIComponent(word(c, 1, 'the id of a file'))}/retry`)) as Shown;
      return c.out(line(done), done);
    }
    if (what !== undefined) {
      const one = (await c.client.request('GET', `/v1/media/${encodeURIComponent(what)}`, JSON_ONLY)) as Shown;
      return c.out(line(one), one);
    }
    const query = new URLSearchParams(
      ['state', 'channel', 'limit', 'cursor'].flatMap((name) => {
        const value = optional(c, name);
        return value ? [[name, value] as [string, string]] : [];
      }),
    );
    const { media } = (await c.client.request('GET', `/v1/media?${query.toString()}`)) as { media: readonly Record<string, unknown>[] };
    c.out(table(media, ['id', 'createdAt', 'direction', 'channel', 'kind', 'state', 'mimeType', 'bytes', 'reason']), media);
  },
};
