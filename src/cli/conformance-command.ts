import { runConformance } from '../conformance/run-conformance.ts';
import { ROWS } from '../conformance/scenarios.ts';
import { createSurface } from '../conformance/surface.ts';
import { CliError } from './client.ts';
import type { Command } from './commands.ts';
import { readEnvironment } from './environment.ts';
import { channelsIn, flag, optional, urlFlag } from './given.ts';
import { clean, table } from './print.ts';

export const conformanceCommand: Command = {
  usage: 'conformance --gateway URL --channels FILE [--rows "order,limits"]',
  about: `drives a gateway through simulated platforms and prints a table: ${ROWS.join(', ')}. --gateway is where its webhooks are, PARLANCE_URL its API; FILE is its CHANNELS_FILE, and each baseUrl in it a port that is free`,
  async run(c) {
    const { url, token } = readEnvironment();
    if (!token) throw new CliError(2, 'No key: set PARLANCE_TOKEN.');
    const names =
      optional(c, 'rows')
        ?.split(',')
        .map((name) => name.trim()) ?? ROWS;
    const rows = names.map((name) => ROWS.find((row) => row === name) ?? name);
    const unknown = rows.find((row) => !(ROWS as readonly string[]).includes(row));
    if (unknown !== undefined) throw new CliError(2, `There is no row "${unknown}"; the rows are ${ROWS.join(', ')}.`);
    const verdicts = await runConformance({
      surface: createSurface({ url, token }),
      channels: channelsIn(flag(c, 'channels')),
      gateway: urlFlag(c, 'gateway'),
      rows: ROWS.filter((row) => (rows as readonly string[]).includes(row)),
      progress: (line) => void process.stderr.write(`${line}\n`),
    }).catch((error: Error) => {
      throw new CliError(3, clean(error.message));
    });
    const lines = verdicts.filter((v) => !v.ok).map((v) => clean(`${v.row} (${v.platform}): ${v.detail}`));
    const rowsTold = verdicts.map(({ ok, row, platform }) => ({ ok: ok ? 'ok' : 'FAIL', row, platform }));
    c.out([table(rowsTold, ['ok', 'row', 'platform']), ...lines].join('\n'), verdicts);
    if (verdicts.some((v) => !v.ok)) throw new CliError(1, '');
  },
};
