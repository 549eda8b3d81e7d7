import { parseArgs } from 'node:util';
import { CliError, createClient } from './client.ts';
import { COMMANDS as GATEWAY_COMMANDS } from './commands.ts';
import { readEnvironment } from './environment.ts';
import { printableJson } from './print.ts';
import { SANDBOX_COMMANDS } from './sandbox-commands.ts';

const COMMANDS = { ...GATEWAY_COMMANDS, ...SANDBOX_COMMANDS };

const TEXT = [
  'channel',
  'to',
  'text',
  'key',
  'after',
  'topic',
  'types',
  'status',
  'direction',
  'conversation',
  'contact',
  'error',
  'q',
  'from',
  'limit',
  'cursor',
  'state',
  'name',
  'scopes',
  'tenant',
  'since',
  'only',
  'port',
  'channels',
  'webhook',
  'limits',
  'at',
  'share',
  'seed',
  'for',
  'rate',
  'mix',
  'customers',
  'gateway',
  'rows',
] as const;
const FLAGS = ['json', 'help', 'once', 'publish', 'dry-run'] as const;
const help = (name?: string): string => {
  const chosen = Object.entries(COMMANDS).filter(([n]) => name === undefined || n === name);
  return [
    ...chosen.map(([, c]) => `parlance ${c.usage}\n    ${c.about}`),
    '',
    '--json prints JSON. PARLANCE_URL and PARLANCE_TOKEN say which gateway and with which key.',
    'Ends with 0 done, 1 the gateway said no, 2 usage, 3 not reachable.',
  ].join('\n');
};

/** Runs one command; resolves to the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    process.stdout.write(`${help()}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new CliError(2, `There is no command "${name}". parlance --help lists them.`);
  let parsed: { values: Record<string, string | boolean | undefined>; positionals: string[] };
  try {
    const options = Object.fromEntries([...TEXT.map((t) => [t, { type: 'string' as const }]), ...FLAGS.map((f) => [f, { type: 'boolean' as const }])]);
    parsed = parseArgs({ args: rest, options, allowPositionals: true }) as typeof parsed;
  } catch (error) {
    throw new CliError(2, `${(error as Error).message}\n${help(name)}`);
  }
  if (parsed.values.help) {
    process.stdout.write(`${help(name)}\n`);
    return 0;
  }
  const out = (text: string, value: unknown) => void process.stdout.write(`${parsed.values.json ? printableJson(value) : text}\n`);
  await command.run({ client: createClient(readEnvironment()), given: { words: parsed.positionals, flags: parsed.values }, out });
  return 0;
}

run(process.argv.slice(2)).then(
  (code) => {
    if (process.argv[2] !== 'start') process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    if (error.message) process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exit;
  },
);
