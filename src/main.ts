import { ConfigError, loadConfig } from './config/load-config.ts';
import { startGateway } from './gateway.ts';
import { GatewayError } from './gateway-error.ts';
import { slowV8Helpers } from './slow-v8-helpers.ts';
import { createLogger } from './telemetry/logger.ts';

/** The process: configuration, start, signals. */
const DRAIN_MS = 25_000;

function stopWith(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  slowV8Helpers();
  const log = createLogger(config.logLevel);
  for (const notice of config.notices) log.warn(notice);
  const onFatal = (reason: string) => {
    log.fatal({ reason }, 'the gateway can not go on and ends');
    setTimeout(() => process.exit(1), 100); // open requests get their 503
  };
  const gateway = await startGateway(config, log, onFatal);
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'draining');
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    gateway.stop().then(
      () => process.exit(0),
      (error: Error) => {
        log.error({ error: error.stack }, 'the drain failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) stopWith(error.message);
  if (error instanceof GatewayError) stopWith(`Parlance can not start: ${error.message}`);
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE') stopWith(`Parlance can not start: ${(error as Error).message}; another process has the port. Set PORT or OPERATOR_PORT.`);
  stopWith(error instanceof Error ? (error.stack ?? error.message) : String(error));
});
