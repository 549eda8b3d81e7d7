import type { Piece, RawAnswer } from '../../support/raw-http.ts';
import { hello, meta, requestOf } from './target.ts';

export interface WireCase {
  readonly name: string;
  pieces(): readonly Piece[];
  /** Statuses that may come, in order; `closed` too where the connection may just end. */
  readonly want: readonly number[] | ((answer: RawAnswer) => boolean);
  readonly answers?: number;
  readonly half?: boolean;
  readonly operator?: boolean;
}
const only =
  (...allowed: number[]) =>
  (answer: RawAnswer): boolean =>
    answer.statuses.length ? answer.statuses.length === 1 && allowed.includes(answer.statuses[0] ?? 0) : answer.closed;
const lines = (...text: string[]) => [`${text.join('\r\n')}\r\n\r\n`];
const hidden = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n';
const big = Buffer.alloc(6 * 1024 * 1024, 0x61);
const chunk = (data: Buffer) => [`${data.length.toString(16)}\r\n`, data, '\r\n'];
const signedHead = (body: string, ...more: string[]) =>
  lines('POST /webhooks/whatsapp HTTP/1.1', 'Host: x', 'Content-Type: application/json', `X-Hub-Signature-256: ${meta(body)}`, ...more);

/** What only raw bytes can say. */
export const WIRE: readonly WireCase[] = [
  {
    name: 'GET with a body: the next request on the connection is read rightly',
    pieces: () => [requestOf('0123456789', { method: 'GET', path: '/healthz', signed: false }), hidden],
    want: [200, 200],
    answers: 2,
  },
  {
    name: 'five webhooks in one write (pipelining): five answers',
    pieces: () => [Buffer.concat(Array.from({ length: 5 }, () => requestOf(hello())))],
    want: [200, 200, 200, 200, 200],
    answers: 5,
  },
  { name: 'a good webhook, byte by byte', pieces: () => [...requestOf(hello())].flatMap((b, i) => (i % 40 ? [Buffer.from([b])] : [1, Buffer.from([b])])), want: [200] },
  {
    name: 'a good webhook in chunks',
    pieces: () => ((body) => [...signedHead(body, 'Transfer-Encoding: chunked'), ...chunk(Buffer.from(body)), '0\r\n\r\n'])(hello()),
    want: [200],
  },
  { name: 'a chunk whose size is no number', pieces: () => [...signedHead('{}', 'Transfer-Encoding: chunked'), 'zz\r\n{}\r\n0\r\n\r\n'], want: only(400) },
  { name: 'a chunk of 2^68 bytes', pieces: () => [...signedHead('{}', 'Transfer-Encoding: chunked'), 'fffffffffffffffff\r\n{}\r\n0\r\n\r\n'], want: only(400, 413) },
  { name: 'a negative chunk', pieces: () => [...signedHead('{}', 'Transfer-Encoding: chunked'), '-2\r\n{}\r\n0\r\n\r\n'], want: only(400) },
  { name: 'a chunk longer than it says', pieces: () => [...signedHead('{}', 'Transfer-Encoding: chunked'), '2\r\n{}{}{}\r\n0\r\n\r\n'], want: only(400) },
  {
    name: 'a chunk extension of 100 kB',
    pieces: () => [...signedHead('{}', 'Transfer-Encoding: chunked'), `2;${'x'.repeat(100_000)}\r\n{}\r\n0\r\n\r\n`],
    want: only(400, 413, 431),
  },
  { name: '6 MB, length told', pieces: () => [requestOf(big, {})], want: only(413) },
  {
    name: '6 MB in chunks',
    pieces: () => [...signedHead('', 'Transfer-Encoding: chunked'), ...Array.from({ length: 6 }, () => chunk(big.subarray(0, 1024 * 1024))).flat(), '0\r\n\r\n'],
    want: only(413),
  },
  { name: '60 GB announced', pieces: () => [requestOf('{', { length: 60 * 1024 ** 3 })], want: only(413) },
  {
    name: 'both Content-Length and Transfer-Encoding (smuggling)',
    pieces: () => [...signedHead('', 'Content-Length: 5', 'Transfer-Encoding: chunked'), `0\r\n\r\n${hidden}`],
    want: only(400),
  },
  { name: 'Content-Length twice, unlike', pieces: () => [...signedHead('', 'Content-Length: 0', 'Content-Length: 37'), hidden], want: only(400) },
  { name: 'Content-Length as a list', pieces: () => [...signedHead('', 'Content-Length: 2, 2'), '{}'], want: only(400) },
  { name: 'Content-Length with a sign', pieces: () => [...signedHead('{}', 'Content-Length: +2'), '{}'], want: only(400) },
  { name: 'Content-Length in hex', pieces: () => [...signedHead('{}', 'Content-Length: 0x2'), '{}'], want: only(400) },
  { name: 'Transfer-Encoding: xchunked', pieces: () => [...signedHead('', 'Transfer-Encoding: xchunked'), `0\r\n\r\n${hidden}`], want: only(400, 501) },
  { name: 'Transfer-Encoding: chunked, identity', pieces: () => [...signedHead('', 'Transfer-Encoding: chunked, identity'), `0\r\n\r\n${hidden}`], want: only(400, 501) },
  { name: 'a space before the colon of Transfer-Encoding', pieces: () => [...signedHead('', 'Transfer-Encoding : chunked'), `0\r\n\r\n${hidden}`], want: only(400) },
  { name: 'a header folded over two lines', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', 'X-A: 1', ' 2'), want: only(400) },
  { name: 'a null byte in a header', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', 'X-A: a\0b'), want: only(400) },
  { name: 'a bare CR in a header', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', 'X-A: a\rX-B: b'), want: only(400) },
  { name: 'a header without a name', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', ': nameless'), want: only(400) },
  { name: 'no Host', pieces: () => lines('GET /healthz HTTP/1.1'), want: only(400) },
  { name: 'a header of 200 kB', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', `X-Long: ${'a'.repeat(200_000)}`), want: only(431) },
  { name: '2,000 headers', pieces: () => lines('GET /healthz HTTP/1.1', 'Host: x', ...Array.from({ length: 2000 }, (_, i) => `x-h${i}: 1`)), want: only(200, 431) },
  { name: 'HTTP/0.9', pieces: () => ['GET /\r\n\r\n'], want: only(400, 404) },
  { name: 'HTTP/9.9', pieces: () => lines('GET / HTTP/9.9', 'Host: x'), want: only(400, 505) },
  { name: 'the preface of HTTP/2', pieces: () => ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], want: only(400, 505) },
  { name: 'a TLS hello', pieces: () => [Buffer.from([0x16, 3, 1, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3, ...Array<number>(160).fill(7)])], want: only(400) },
  { name: 'CONNECT', pieces: () => lines('CONNECT 127.0.0.1:22 HTTP/1.1', 'Host: x'), want: only(400, 404, 405) },
  { name: 'an upgrade to WebSocket', pieces: () => lines('GET /webhooks/whatsapp HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'), want: only(403, 426) },
  {
    name: 'half a request, and the sender ends',
    pieces: () => ['POST /webhooks/whatsapp HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"object"'],
    want: only(400),
    half: true,
  },
  { name: 'the sender ends after half a header', pieces: () => ['POST /webho'], want: only(400), half: true },
  {
    name: 'X-Hub-Signature-256 twice, the right one second',
    pieces: () =>
      ((body) => [
        requestOf(body, {
          headers: [
            ['X-Hub-Signature-256', `sha256=${'0'.repeat(64)}`],
            ['X-Hub-Signature-256', meta(body)],
          ],
        }),
      ])(hello()),
    want: only(401),
  },
  {
    name: 'Expect: 100-continue is obliged',
    pieces: () => ((body) => [...signedHead(body, `Content-Length: ${body.length}`, 'Expect: 100-continue'), 50, body])(hello()),
    want: only(200),
  },
  { name: 'a request in absolute form, for another host', pieces: () => lines('GET http://evil.example/healthz HTTP/1.1', 'Host: evil.example'), want: only(200, 400, 404) },
  { name: 'raw bytes above ASCII in the path', pieces: () => [Buffer.from('GET /webhooks/\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n', 'latin1')], want: only(400, 404) },
  { name: 'a foreign Host at the operator listener', pieces: () => lines('GET /v1/ledger HTTP/1.1', 'Host: evil.example', 'Connection: close'), want: only(403), operator: true },
  {
    name: 'a foreign Host there, with X-Forwarded-Host: localhost',
    pieces: () => lines('GET /metrics HTTP/1.1', 'Host: evil.example', 'X-Forwarded-Host: localhost', 'X-Forwarded-For: 127.0.0.1', 'Connection: close'),
    want: only(403),
    operator: true,
  },
  {
    name: 'Host with a suffix that looks local',
    pieces: () => lines('GET /metrics HTTP/1.1', 'Host: localhost.evil.example', 'Connection: close'),
    want: only(403),
    operator: true,
  },
];

export const METHODS = ['PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'get'] as const;
export const PATHS: readonly string[] = [
  '//',
  '/%',
  '/%00',
  '/..',
  '/webhooks/../../etc/passwd',
  '/webhooks/whatsapp/../../../etc/passwd',
  '/webhooks/whatsapp/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '/webhooks/whatsapp/__proto__',
  '/webhooks/whatsapp/constructor',
  `/webhooks/whatsapp/ch_${'a'.repeat(61)}`,
  '/webhooks/whatsapp/',
  '/webhooks//whatsapp',
  '/WEBHOOKS/WHATSAPP',
  '/webhooks/telegram',
  '/media/..%2f..%2fdata%2foperator-token?exp=9999999999&sig=00',
  '/media/%00',
  '/v1/events?after=beginning',
  '/v1/ledger',
  '/metrics',
  '/openapi.json',
  `/${'a'.repeat(12_000)}`,
  '*',
];
