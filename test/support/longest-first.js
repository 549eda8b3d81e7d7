// Plain JavaScript, since Jest loads it by itself and its own types are those of another module format.
import Sequencer from '@jest/test-sequencer';

/** What takes a minute and more, mostly waiting: begun last, it would be waited for alone. Jest knows no durations in a fresh clone and goes by the sizes of files. */
const LONGEST = ['conformance/parlance', 'broker/faults', 'broker/relay', 'conformance/broken-gateway', 'media/uploads', 'outbound/outcomes-platforms', 'e2e/faults-short'];
const rank = ({ path }) => {
  const at = LONGEST.findIndex((name) => path.endsWith(`test/${name}.test.ts`));
  return at < 0 ? LONGEST.length : at;
};

// biome-ignore lint/style/noDefaultExport: Jest asks for one
export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}
