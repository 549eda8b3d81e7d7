import { clean } from './print.ts';

/** What the command line ends with: 0 done, 1 the gateway said no, 2 usage, 3 not reachable. */
export class CliError extends Error {
  readonly exit: 1 | 2 | 3;
  constructor(exit: 1 | 2 | 3, message: string) {
    super(message);
    this.exit = exit;
  }
}
export interface Client {
  request(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, options?: { body?: unknown; form?: FormData; headers?: Record<string, string> }): Promise<unknown>;
}

/** undefined: not JSON. An empty answer is null. */
function parse(text: string): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Calls the operator API of a running gateway. */
export function createClient({ url, token }: { url: string; token: string | null }): Client {
  return {
    async request(method, path, options = {}) {
      if (!token) throw new CliError(2, 'No key: set PARLANCE_TOKEN, or run it where DATA_DIR/operator-token is.');
      let response: Response;
      try {
        response = await fetch(url + path, {
          method,
          headers: { authorization: `Bearer ${token}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
          ...(options.form ? { body: options.form } : options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        });
      } catch (error) {
        throw new CliError(
          3,
          `The gateway at ${url} can not be reached (${((error as Error).cause as { code?: string } | undefined)?.code ?? (error as Error).message}). Is it running? Set PARLANCE_URL to another one.`,
        );
      }
      const value = parse(await response.text());
      if (value === undefined) throw new CliError(1, `${url} answers ${response.status} without JSON. Is it the operator listener of a gateway? Check PARLANCE_URL.`);
      if (response.ok) return value;
      const problem = (value ?? {}) as { code?: string; detail?: string; title?: string; advice?: string; pointer?: string };
      throw new CliError(
        1,
        [`${problem.code ?? response.status}: ${problem.detail ?? problem.title ?? 'refused'}`, problem.pointer ? `at ${problem.pointer}` : '', problem.advice ?? '']
          .filter(Boolean)
          .map(clean)
          .join('\n'),
      );
    },
  };
}
