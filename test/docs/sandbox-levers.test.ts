import { readFileSync } from 'node:fs';
import { ACTS } from '../../src/sandbox/messenger/levers.ts';
import { PERSON_STATES } from '../../src/sandbox/messenger/states.ts';
import { ACTS as SMS_ACTS } from '../../src/sandbox/twilio/levers.ts';
import { ACCOUNT_STATES } from '../../src/sandbox/twilio/state.ts';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const rowOf = (start: string) => README.split('\n').find((line) => line.startsWith(`| ${start}`)) ?? '';

test.each<[string, string, readonly string[]]>([
  ['acts on Messenger', '`/sandbox/messenger/acts`', Object.keys(ACTS)],
  ['states of people', '`…/people`', Object.keys(PERSON_STATES)],
  ['acts on SMS', '`/sandbox/sms/acts`', Object.keys(SMS_ACTS)],
  ['states of Twilio accounts', '`/sandbox/sms/accounts`', Object.keys(ACCOUNT_STATES).filter((state) => state !== 'well')],
])('the README names all %s', (_what, row, names) => {
  const text = rowOf(row);
  expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});
