import { CliError } from '../client.ts';
import type { Command } from '../commands.ts';
import { readEnvironment } from '../environment.ts';
import { number, optional, seconds } from '../given.ts';
import { table } from '../print.ts';
import { parseMix } from './mix.ts';
import { runLoad } from './run-load.ts';
import { createCaller } from './traffic.ts';

const COLUMNS = ['part', 'due', 'seen', 'failed', 'missing', 'p50', 'p95', 'p99', 'max'];

export const loadCommand: Command = {
  usage: 'load [--rate 500] [--for 60s] [--mix whatsapp.message=3,whatsapp.send=1,…] [--customers 1000] [--at URL]',
  about: 'customers and business write at a steady rate through the sandbox; milliseconds from the intended time to the event',
  async run(c) {
    const mix = parseMix(optional(c, 'mix') ?? 'whatsapp.message');
    if (typeof mix === 'string') throw new CliError(2, mix);
    const { url, token } = readEnvironment();
    if (!token) throw new CliError(2, 'No key: set PARLANCE_TOKEN, or run it where DATA_DIR/operator-token is.');
    const { channels } = (await c.client.request('GET', '/v1/channels')) as { channels: { id: string; type: string; state: string }[] };
    const api = createCaller(url, { authorization: `Bearer ${token}` });
    const sandbox = createCaller(optional(c, 'at') ?? url, {});
    try {
      const rows = await runLoad({
        api,
        sandbox,
        mix,
        rate: number(c, 'rate', { otherwise: 500, least: 0.1, most: 100_000 }),
        seconds: seconds(c, '60s'),
        customers: number(c, 'customers', { otherwise: 1000, least: 1, most: 1_000_000 }),
        channelOf(platform) {
          const found = channels.find((channel) => channel.type === platform && channel.state !== 'deleted');
          if (!found) throw new CliError(2, `The gateway has no ${platform} channel to send from.`);
          return found.id;
        },
        progress: (line) => void process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`),
      });
      if (process.stderr.isTTY) process.stderr.write('\n');
      c.out(table(rows, COLUMNS), rows);
      if (rows.some((row) => row.failed > 0 || row.missing > 0)) throw new CliError(1, '');
    } finally {
      api.close();
      sandbox.close();
    }
  },
};
