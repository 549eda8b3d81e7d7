import { EventEmitter } from 'node:events';
import type { Response } from 'express';
import { writeAnswer } from '../../src/api/operator-listener.ts';

test.each(['drain', 'close'])('a reader that is slow twenty times leaves no listener behind: %s', async (told) => {
  const response = Object.assign(new EventEmitter(), { writeHead: () => {}, write: () => false, end: () => {} });
  const listening: number[] = [];
  await writeAnswer(
    response as unknown as Response,
    {
      async stream(write) {
        for (let i = 0; i < 20; i++) {
          const written = write('data');
          listening.push(response.listenerCount('drain') + response.listenerCount('close'));
          response.emit(told);
          await written;
        }
      },
    },
    new AbortController().signal,
  );
  expect(listening).toEqual(Array.from({ length: 20 }, () => 2));
  expect(response.eventNames()).toEqual([]);
});
