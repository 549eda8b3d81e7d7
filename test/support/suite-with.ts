/** Runs a suite, or skips it with one line `why` what it needs is not there; where `PARLANCE_REQUIRE_<what>` is 1, that is a failure. */
export function suiteWith(what: 'KAFKA' | 'POSTGRES' | 'FFMPEG' | 'HEIF' | 'CHROMIUM', why: string | null, [name, suite]: readonly [string, () => void]): void {
  if (why === null) return void describe(name, suite);
  if (process.env[`PARLANCE_REQUIRE_${what}`] === '1')
    return void test(name, () => {
      throw new Error(`PARLANCE_REQUIRE_${what} is set: ${why}`);
    });
  process.stdout.write(`skipped: ${name}: ${why}\n`);
  describe.skip(name, suite);
}
