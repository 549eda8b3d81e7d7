import { constants } from 'node:sqlite';
import { createStatements } from '../../src/store/sqlite-statements.ts';
import { emptyStore } from './empty-store.ts';

test.each([
  ['by number', 'SELECT id FROM messages WHERE id > $1 ORDER BY id LIMIT $2'],
  ['by number, first', 'SELECT id FROM messages WHERE id > $2 ORDER BY id LIMIT $1'],
  ['of Kysely', 'select "id" from "messages" where "id" > ? order by "id" limit ?'],
  ['of Kysely, with an offset', 'select "id" from "messages" where "id" > ? order by "id" limit ? offset 3'],
])('a statement with a LIMIT %s is prepared once, whatever its values', (_, sql) => {
  const db = emptyStore();
  const statement = createStatements(db)(sql);
  let prepared = 0;
  db.setAuthorizer(() => {
    prepared++;
    return constants.SQLITE_OK;
  });
  statement.all([1, 2]); // to set an authorizer is a reason to prepare it anew
  prepared = 0;
  for (let n = 2; n < 6; n++) statement.all([n, n + 1]);
  expect(prepared).toBe(0);
  db.exec('SELECT id FROM messages');
  expect(prepared).toBeGreaterThan(0); // it is told of what is prepared
  db.close();
});

test('no row that is added makes SQLite open a table of its own, as a partial index with IN of three does', () => {
  const db = emptyStore();
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").all() as { name: string }[];
  expect(tables.length).toBeGreaterThan(30);
  for (const { name } of tables) {
    const columns = db.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[];
    const program = db.prepare(`EXPLAIN INSERT INTO ${name} (${columns.map((c) => c.name).join()}) VALUES (${columns.map(() => '?').join()})`).all() as { opcode: string }[];
    expect({ name, opened: program.filter((step) => step.opcode === 'OpenEphemeral') }).toEqual({ name, opened: [] });
  }
  db.close();
});
