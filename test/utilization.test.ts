import { createUtilization } from '../src/utilization.ts';

const { jest: spies } = import.meta as unknown as { jest: typeof jest };

afterEach(() => void spies.restoreAllMocks());

test('one look a window, the same answer between two', () => {
  const clock = { now: 0, active: 0 };
  spies.spyOn(performance, 'now').mockImplementation(() => clock.now);
  spies.spyOn(performance, 'eventLoopUtilization').mockImplementation((a, b) => {
    if (a && b) return { idle: a.idle - b.idle, active: a.active - b.active, utilization: (a.active - b.active) / (a.active - b.active + a.idle - b.idle) };
    return { idle: clock.now - clock.active, active: clock.active, utilization: clock.active / clock.now };
  });
  const utilization = createUtilization();
  const rows: [now: number, active: number, expected: number][] = [
    [50, 50, 0], // the window is not over
    [100, 60, 0.6],
    [150, 110, 0.6],
    [199, 159, 0.6],
    [200, 70, 0.1],
    [1200, 70, 0],
    [1300, 170, 1],
  ];
  for (const [now, active, expected] of rows) {
    Object.assign(clock, { now, active });
    expect([now, utilization()]).toEqual([now, expected]);
  }
});
