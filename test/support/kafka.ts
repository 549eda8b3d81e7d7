import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lockDataDir } from '../../src/journal/data-dir-lock.ts';
import { suiteWith } from './suite-with.ts';

/** A real Apache Kafka (KRaft) on loopback from Maven Central's jars: Java 17 and Maven, no container. */
const run = promisify(execFile);
const here = import.meta.dirname;
const jars = process.env.KAFKA_JARS ?? join(here, '../../node_modules/.cache/kafka-jars');

/** Ports that this process was told of; each worker of Jest has a class of its own, by the remainder. */
const given = new Set<number>();
const WORKERS = 8;
const own = Number(process.env.JEST_WORKER_ID ?? 0) % WORKERS;
/**
 * A port that nobody listens on, below those that systems give to outgoing connections (Linux: from 32768 on): a connection must not
 * take the port of a process while that starts, or is killed and started again. Nor may what another worker of Jest starts, or this one.
 */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const port = randomInt(12_000 / WORKERS, 32_000 / WORKERS) * WORKERS + own;
    if (given.has(port)) return resolve(freePort());
    given.add(port);
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(freePort()) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
const has = async (command: string, args: string[]) =>
  run(command, args).then(
    () => true,
    () => false,
  );

const fetched = () => existsSync(join(jars, '.done'));

/** null where Kafka can run here; else why not. */
export async function whyNoKafka(): Promise<string | null> {
  if (!(await has('java', ['-version']))) return 'Java 17 is not installed';
  if (!fetched() && !(await has('mvn', ['-version']))) return 'Maven is not installed';
  return null;
}
/** Once, in turns: two Mavens would write the same files, here and in Maven's own folder. A turn ends with its process. */
async function fetchJars(): Promise<void> {
  if (fetched()) return;
  const turn = await lockDataDir(join(tmpdir(), `parlance-kafka-jars-${userInfo().uid}`), 100_000);
  try {
    if (fetched()) return;
    mkdirSync(jars, { recursive: true });
    const copy = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
    await run('mvn', ['-q', '-B', '-f', join(here, 'kafka/pom.xml'), copy, '-DincludeScope=runtime', `-DoutputDirectory=${jars}`], { maxBuffer: 1e8 });
    writeFileSync(join(jars, '.done'), '');
  } finally {
    turn.release();
  }
}
const JAVA = ['-Xmx512m', '-XX:+UseSerialGC', `-Dlog4j2.configurationFile=${join(here, 'kafka/log4j2.properties')}`, '-cp', `${jars}/*`];

export interface TestKafka {
  readonly brokers: string;
  /** Where it listens itself. */
  readonly port: number;
  /** The certificate to trust, PEM; null without TLS. */
  readonly ca: string | null;
  /** The first segment of a partition as it stands on the disk: record batches, one after another. */
  segment(topic: string, partition: number): Buffer;
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Without waiting for an end: SIGSTOP and SIGCONT. */
  signal(name: NodeJS.Signals): void;
  up(): Promise<void>;
  end(): Promise<void>;
}

export interface KafkaOptions {
  readonly sasl?: boolean;
  readonly tls?: boolean;
  /** The port that the broker names to its clients: a proxy's. */
  readonly advertise?: number;
  /** Not started yet: `up()` does it. */
  readonly down?: boolean;
  /** With all of Java's compilers: for what is measured, or runs for minutes. */
  readonly optimized?: boolean;
}
/** Java's first compiler alone: what runs for seconds would pay two seconds of a core for the second one. */
const SHORT_LIVED = '-XX:TieredStopAtLevel=1';
const STORE_PASSWORD = 'parlance-test';
/** A UUID as Kafka writes it; it begins with a letter, since a hyphen would be read as an option. */
function clusterId(): string {
  const bytes = randomBytes(16);
  bytes[0] = randomInt(128);
  return bytes.toString('base64url');
}
/** A key and its self-signed certificate for 127.0.0.1, as PKCS12; returns the PEM that clients trust. */
async function makeCertificate(dir: string): Promise<string> {
  const store = ['-alias', 'broker', '-keystore', join(dir, 'broker.p12'), '-storetype', 'PKCS12', '-storepass', STORE_PASSWORD];
  await run('keytool', ['-genkeypair', '-keyalg', 'RSA', '-keysize', '2048', '-validity', '30', '-dname', 'CN=127.0.0.1', '-ext', 'san=ip:127.0.0.1', ...store]);
  return (await run('keytool', ['-exportcert', '-rfc', ...store])).stdout;
}
/** One broker on free ports in a temporary folder. A port that was free may be another's by the time that Java has started: then once more, on others. */
export async function startKafka(options: KafkaOptions = {}): Promise<TestKafka> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (tries === 3 || !/Address already in use/.test((error as Error).message)) throw error;
    }
  }
}
async function startOnce(options: KafkaOptions): Promise<TestKafka> {
  await fetchJars();
  const dir = mkdtempSync(join(tmpdir(), 'parlance-kafka-'));
  const [port, controller] = [await freePort(), await freePort()];
  const protocol = `${options.sasl ? 'SASL_' : ''}${options.tls ? 'SSL' : 'PLAINTEXT'}`;
  const ca = options.tls ? await makeCertificate(dir) : null;
  const tls = options.tls
    ? [
        `ssl.keystore.location=${dir}/broker.p12`,
        'ssl.keystore.type=PKCS12',
        `ssl.keystore.password=${STORE_PASSWORD}`,
        `ssl.key.password=${STORE_PASSWORD}`,
        `ssl.truststore.location=${dir}/broker.p12`,
        'ssl.truststore.type=PKCS12',
        `ssl.truststore.password=${STORE_PASSWORD}`,
      ]
    : [];
  const sasl = options.sasl
    ? [
        'sasl.enabled.mechanisms=PLAIN',
        'sasl.mechanism.inter.broker.protocol=PLAIN',
        'listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="admin-pw" user_admin="admin-pw" user_parlance="parlance-pw";',
      ]
    : [];
  writeFileSync(
    join(dir, 'server.properties'),
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${controller}`,
      `listeners=CLIENT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      `advertised.listeners=CLIENT://127.0.0.1:${options.advertise ?? port}`,
      'controller.listener.names=CONTROLLER',
      'inter.broker.listener.name=CLIENT',
      `listener.security.protocol.map=CLIENT:${protocol},CONTROLLER:PLAINTEXT`,
      `log.dirs=${dir}/data`,
      'num.partitions=4',
      'offsets.topic.replication.factor=1',
      'offsets.topic.num.partitions=4',
      'transaction.state.log.replication.factor=1',
      'transaction.state.log.min.isr=1',
      'transaction.state.log.num.partitions=4',
      'share.coordinator.state.topic.replication.factor=1',
      'share.coordinator.state.topic.min.isr=1',
      'group.initial.rebalance.delay.ms=0',
      ...sasl,
      ...tls,
      '',
    ].join('\n'),
  );
  await run('java', [SHORT_LIVED, ...JAVA, 'kafka.tools.StorageTool', 'format', '-t', clusterId(), '-c', join(dir, 'server.properties')]);
  let child: ChildProcess | null = null;
  const log = join(dir, 'kafka.log');
  const listening = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  async function up(): Promise<void> {
    const fd = openSync(log, 'a');
    child = spawn('java', [...(options.optimized ? [] : [SHORT_LIVED]), ...JAVA, 'kafka.Kafka', join(dir, 'server.properties')], { stdio: ['ignore', fd, fd] });
    for (let i = 0; i < 900; i++) {
      if (await listening()) return;
      if (child.exitCode !== null) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`Kafka did not start: ${readFileSync(log, 'utf8').slice(-800)}`);
  }
  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const going = child;
    child = null;
    if (!going || going.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      going.once('exit', () => resolve());
      going.kill(signal);
    });
  }
  if (!options.down) await up();
  return {
    brokers: `127.0.0.1:${options.advertise ?? port}`,
    port,
    ca,
    stop,
    segment: (topic, partition) => readFileSync(join(dir, 'data', `${topic}-${partition}`, '00000000000000000000.log')),
    signal: (name) => void child?.kill(name),
    up,
    async end() {
      await stop('SIGKILL');
      rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Runs the suite on a real Kafka, or skips it with one line why; PARLANCE_REQUIRE_KAFKA=1 makes that a failure. */
export const kafkaSuite = (name: string, why: string | null, body: () => void): void => suiteWith('KAFKA', why, [name, body]);
