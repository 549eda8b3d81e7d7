import type { Finding } from '../../adapters/contract.ts';
import { CliError, type Client } from './client.ts';
import { doctor } from './doctor.ts';
import { wholeEnvironment } from './environment.ts';
import { flag, optional, word } from './given.ts';
import { mediaCommand } from './media-command.ts';
import { clean, cleanLine, table } from './print.ts';

export interface Given {
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}
export interface Context {
  readonly client: Client;
  readonly given: Given;
  out(text: string, value: unknown): void;
}
export interface Command {
  readonly usage: string;
  readonly about: string;
  run(context: Context): Promise<void>;
}
type Rows = readonly Record<string, unknown>[];

const query = (values: Readonly<Record<string, string | undefined>>): string => {
  const text = new URLSearchParams(Object.entries(values).filter((e): e is [string, string] => e[1] !== undefined)).toString();
  return text ? `?${text}` : '';
};
const sendBody = (c: Context) => {
  const to = flag(c, 'to');
  const recipient = to.startsWith('cv_') ? { conversation: to } : to.startsWith('ct_') ? { contact: to } : to.startsWith('+') ? { phone: to } : { user: to };
  return { channel: flag(c, 'channel'), to: recipient, content: { type: 'text', text: flag(c, 'text') } };
};

const findingLines = (findings: readonly Finding[]): string => findings.map((f) => clean(`${f.ok ? 'ok  ' : 'FAIL'}  ${f.check}: ${f.detail}`)).join('\n');

interface Replay {
  id: string;
  state: string;
  dryRun: boolean;
  result: Record<string, unknown>;
}
interface EventRow {
  offset: string;
  topic: string;
  event: { type: string; subject: string; time: string; data: { seq: number; status?: string; message?: { content?: { type: string; text?: string } } } };
}
const eventLine = ({ offset, event }: EventRow): string => {
  const content = event.data.message?.content;
  return cleanLine(
    `${offset}  ${event.time}  ${event.type}  ${event.subject} #${event.data.seq}  ${event.data.status ?? (content ? `${content.type}${content.text === undefined ? '' : `: ${content.text.slice(0, 100)}`}` : '')}`,
  );
};

export const COMMANDS: Readonly<Record<string, Command>> = {
  start: { usage: 'start', about: 'run the gateway here', run: async () => void (await import('../main.ts')) },
  channels: {
    usage: 'channels [pause|resume|check ID]',
    about: 'connected numbers and pages',
    async run(c) {
      const [what] = c.given.words;
      if (what === undefined) {
        const { channels } = (await c.client.request('GET', '/v1/channels')) as { channels: Rows };
        return c.out(table(channels, ['id', 'type', 'tenant', 'address', 'state', 'stateReason', 'managed']), channels);
      }
      if (what === 'check') {
        const { findings } = (await c.client.request('POST', `/v1/channels/${word(c, 1, 'the id of a channel')}/check`)) as { findings: Finding[] };
        c.out(findingLines(findings), findings);
        if (findings.some((f) => !f.ok)) throw new CliError(1, '');
        return;
      }
      if (what !== 'pause' && what !== 'resume') throw new CliError(2, 'channels, channels pause ID, channels resume ID, or channels check ID');
      const done = (await c.client.request('POST', `/v1/channels/${word(c, 1, 'the id of a channel')}/${what}`)) as { id: string; state: string };
      c.out(`${done.id} is ${done.state}`, done);
    },
  },
  send: {
    usage: 'send --channel ID --to CONVERSATION|CONTACT|+PHONE --text TEXT [--key KEY]',
    about: 'queue a text',
    async run(c) {
      const key = optional(c, 'key');
      const done = (await c.client.request('POST', '/v1/messages', { body: sendBody(c), ...(key ? { headers: { 'idempotency-key': key } } : {}) })) as {
        id: string;
        status: string;
        eta: string;
      };
      c.out(`${done.id} ${done.status}, about ${done.eta}`, done);
    },
  },
  preview: {
    usage: 'preview --channel ID --to … --text TEXT',
    about: 'the platform calls of a text, without sending it',
    async run(c) {
      const done = (await c.client.request('POST', '/v1/messages/preview', { body: sendBody(c) })) as { calls: Rows };
      c.out(done.calls.map((call) => clean(`${String(call.method)} ${String(call.url)}\n${String(call.body)}`)).join('\n'), done);
    },
  },
  tail: {
    usage: 'tail [--after beginning|latest|OFFSET] [--topic TOPIC] [--types A,B] [--once]',
    about: 'print events as they come',
    async run(c) {
      let after = optional(c, 'after') ?? 'latest';
      const once = c.given.flags.once === true;
      for (;;) {
        const page = (await c.client.request(
          'GET',
          `/v1/events${query({ after, topic: optional(c, 'topic'), types: optional(c, 'types'), limit: '500', wait: once ? '0' : '25' })}`,
        )) as { events: EventRow[]; next: string };
        for (const row of page.events) c.out(eventLine(row), row);
        if (once && !page.events.length) return;
        after = page.next;
      }
    },
  },
  messages: {
    usage: 'messages [ID] [--channel ID] [--status S] [--conversation ID] [--error CODE] [--q TEXT]',
    about: 'the delivery log, or one message with its timeline',
    async run(c) {
      const [id] = c.given.words;
      if (id !== undefined) {
        const m = (await c.client.request('GET', `/v1/messages/${encodeURIComponent(id)}`)) as { id: string; status: string; error: unknown; timeline: Rows };
        return c.out(`${m.id} ${m.status}${m.error ? ` ${clean(JSON.stringify(m.error))}` : ''}\n${table(m.timeline, ['at', 'kind', 'detail'])}`, m);
      }
      const { messages } = (await c.client.request(
        'GET',
        `/v1/messages${query(Object.fromEntries(['channel', 'status', 'direction', 'conversation', 'contact', 'error', 'q', 'from', 'to', 'limit', 'cursor'].map((n) => [n, optional(c, n)])))}`,
      )) as { messages: Rows };
      c.out(table(messages, ['id', 'createdAt', 'direction', 'channel', 'status', 'contentType', 'preview']), messages);
    },
  },
  media: mediaCommand,
  'dead-letters': {
    usage: 'dead-letters [retry|discard ID]',
    about: 'what could not be turned into an event',
    async run(c) {
      const [what] = c.given.words;
      if (what === undefined) {
        const { deadLetters } = (await c.client.request('GET', `/v1/dead-letters${query({ state: optional(c, 'state') })}`)) as { deadLetters: Rows };
        return c.out(table(deadLetters, ['id', 'createdAt', 'channel', 'code', 'reason', 'state']), deadLetters);
      }
      if (what !== 'retry' && what !== 'discard') throw new CliError(2, 'dead-letters, dead-letters retry ID, or dead-letters discard ID');
      const done = (await c.client.request('POST', `/v1/dead-letters/${word(c, 1, 'the id of a dead letter')}/${what}`)) as { state: string; reason?: string };
      c.out(`${done.state}${done.reason ? `: ${done.reason}` : ''}`, done);
    },
  },
  replay: {
    usage: 'replay --from TIME [--to TIME] [--publish | --dry-run]',
    about: 'normalise a period of the journal again; without --publish a dry run',
    async run(c) {
      const body = { from: flag(c, 'from'), ...(optional(c, 'to') ? { to: optional(c, 'to') } : {}), publish: c.given.flags.publish === true };
      if (body.publish && c.given.flags['dry-run'] === true) throw new CliError(2, '--publish or --dry-run, not both.');
      let done = (await c.client.request('POST', '/v1/replays', { body })) as Replay;
      while (done.state === 'running') {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        done = (await c.client.request('GET', `/v1/replays/${done.id}`)) as Replay;
      }
      c.out(`${done.id}${done.dryRun ? ' (dry run)' : ''}\n${table([done.result], ['bodies', 'same', 'missing', 'differs'])}`, done);
    },
  },
  reconcile: {
    usage: 'reconcile [--channel ID] [--since TIME] | reconcile gaps',
    about: 'fetch what came by no webhook, from the platforms that keep a list; gaps: messages that are named and were never seen',
    async run(c) {
      const [what] = c.given.words;
      if (what === 'gaps') {
        const { suspectedGaps } = (await c.client.request('GET', '/v1/reconcile')) as { suspectedGaps: Rows };
        return c.out(table(suspectedGaps, ['channel', 'platformId', 'namedBy', 'namedAt']), suspectedGaps);
      }
      if (what !== undefined) throw new CliError(2, 'reconcile, or reconcile gaps');
      const [channel, since] = [optional(c, 'channel'), optional(c, 'since')];
      const done = (await c.client.request('POST', '/v1/reconcile', { body: { ...(channel ? { channel } : {}), ...(since ? { since } : {}) } })) as {
        state: string;
        channels: Rows;
      };
      c.out(done.state === 'running' ? 'It goes on; see parlance reconcile again later.' : table(done.channels, ['channel', 'since', 'listed', 'missed', 'asked', 'error']), done);
    },
  },
  ledger: {
    usage: 'ledger',
    about: 'the books: what came and what became of it',
    async run(c) {
      const books = (await c.client.request('GET', '/v1/ledger')) as { channels: Rows; journals: Rows };
      c.out(
        `${table(books.channels, ['channel', 'day', 'elements', 'published', 'duplicate', 'absorbed', 'deadLettered', 'waiting'])}\n\n${table(books.journals, ['journal', 'received', 'split', 'pending'])}`,
        books,
      );
    },
  },
  keys: {
    usage: 'keys [create --name NAME --scopes send,read [--tenant T] | revoke ID]',
    about: 'API keys',
    async run(c) {
      const [what] = c.given.words;
      if (what === 'create') {
        const tenant = optional(c, 'tenant');
        const made = (await c.client.request('POST', '/v1/keys', { body: { name: flag(c, 'name'), scopes: flag(c, 'scopes').split(','), ...(tenant ? { tenant } : {}) } })) as {
          id: string;
          key: string;
        };
        return c.out(`${made.id}\n${made.key}\nIt is shown this once.`, made);
      }
      if (what === 'revoke') return c.out('revoked', await c.client.request('DELETE', `/v1/keys/${word(c, 1, 'the id of a key')}`));
      if (what !== undefined) throw new CliError(2, 'keys, keys create …, or keys revoke ID');
      const { keys } = (await c.client.request('GET', '/v1/keys')) as { keys: Rows };
      c.out(table(keys, ['id', 'name', 'tenant', 'scopes', 'createdAt', 'revokedAt']), keys);
    },
  },
  doctor: {
    usage: 'doctor',
    about: 'check configuration, disk, database, Kafka, credentials and clock',
    async run(c) {
      const findings = await doctor(wholeEnvironment());
      c.out(findingLines(findings), findings);
      if (findings.some((f) => !f.ok)) throw new CliError(1, '');
    },
  },
  republish: {
    usage: 'republish --from OFFSET',
    about: 'send the log to Kafka again under the same ids',
    async run(c) {
      const from = flag(c, 'from');
      if (!/^\d+$/.test(from)) throw new CliError(2, '--from is an offset of the log, as tail prints it first in each line.');
      const done = (await c.client.request('POST', '/v1/republish', { body: { from: Number(from) } })) as { republished: number };
      c.out(`${done.republished} events sent again`, done);
    },
  },
};
