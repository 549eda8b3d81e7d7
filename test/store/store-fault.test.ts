import { isStoreFault } from '../../src/store/writer.ts';

test.each([
  ['SQLite is full', { errcode: 13 }, true],
  ['SQLite can not sync', { errcode: 10 | (4 << 8) }, true],
  ['SQLite is locked', { errcode: 5 }, true],
  ['a constraint of SQLite', { code: 'ERR_SQLITE_ERROR', errcode: 19 | (1 << 8) }, false],
  ['PostgreSQL is away', { code: 'ECONNREFUSED' }, true],
  ['PostgreSQL ends the connection', { code: '57P01', severity: 'FATAL' }, true],
  ["PostgreSQL's disk is full", { code: '53100', severity: 'ERROR' }, true],
  ['a deadlock', { code: '40P01', severity: 'ERROR' }, true],
  ['a statement was canceled', { code: '57014', severity: 'ERROR' }, true],
  ['a permission was taken away', { code: '42501', severity: 'ERROR' }, true],
  ['a constraint of PostgreSQL', { code: '23514', severity: 'ERROR' }, false],
  ['a number too large', { code: '22003', severity: 'ERROR' }, false],
  ['an index row too large', { code: '54000', severity: 'ERROR' }, false],
  ['our own mistake', new TypeError('x is undefined'), false],
  ['nothing', null, false],
])('%s: the store is at fault, not the body: %j %s', (_name, error, expected) => expect(isStoreFault(error)).toBe(expected));
