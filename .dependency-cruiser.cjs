// Who may import whom: one direction, checked. See .github/CONTRIBUTING.md, "Where things live".
const only = (name, from, allowed, comment) => ({ name, comment, severity: 'error', from: { path: from }, to: { pathNot: [...allowed, '^node:', 'node_modules/@types/'] } });
module.exports = {
  forbidden: [
    only('schemas-stand-alone', '^schemas/(?!generate)', ['^schemas/', 'node_modules/zod', '^crypto$'], 'schemas know zod and nothing else'),
    {
      name: 'adapters-know-the-contract',
      comment: 'an adapter never imports the core',
      severity: 'error',
      from: { path: '^adapters/' },
      to: { path: ['^src/', 'node_modules/(express|kafkajs|pino|bottleneck|kysely|pg)/'] },
    },
    { name: 'no-channel-imports-another', severity: 'error', from: { path: '^adapters/([^_/]+)/' }, to: { path: '^adapters/([^_/]+)/', pathNot: '^adapters/$1/' } },
    {
      name: 'pure-stays-pure',
      comment: 'verify, normalize, render (with its native-*, and all of _content and _text) and classify do no I/O',
      severity: 'error',
      from: {
        path: [
          '^adapters/_(content|text)/',
          '^adapters/[^/]+/(messaging/)?(verify|normalize|render|classify|content|status|limits|errors)\\.ts$',
          '^adapters/[^/]+/(messaging/)?(native|check-template|render)-[a-z]+\\.ts$',
        ],
      },
      to: { path: ['^(node:)?(fs|net|http|https|dns|child_process|worker_threads|tls)', 'node_modules/(axios|twilio)/'] },
    },
    {
      name: 'only-main-knows-adapters',
      comment: 'the core speaks to the contract',
      severity: 'error',
      from: { path: '^src/(?!gateway|cli/doctor|inbound/(create-ingest|retry)|store/store-worker|media/media-worker|outbound/media/preparing-worker)' },
      to: { path: '^adapters/(?!contract|facts|files|natives|media-fault)' },
    },
    { name: 'kafkajs-in-one-folder', severity: 'error', from: { path: '^(src|adapters|schemas)/', pathNot: '^src/broker/' }, to: { path: 'node_modules/kafkajs/' } },
    { name: 'bottleneck-in-one-folder', severity: 'error', from: { path: '^(src|adapters|schemas)/', pathNot: '^src/outbound/' }, to: { path: 'node_modules/bottleneck/' } },
    {
      name: 'express-for-operators-only',
      severity: 'error',
      from: { path: '^(src|adapters|schemas)/', pathNot: '^src/(api/|sandbox/|start-sandbox)' },
      to: { path: 'node_modules/express/' },
    },
    {
      name: 'sandbox-shares-nothing',
      comment: 'the simulators check us by their own rules',
      severity: 'error',
      from: { path: '^src/sandbox/' },
      to: { path: ['^adapters/', '^src/(?!sandbox/)', '^schemas/'] },
    },
    only(
      'conformance-sees-from-outside',
      '^src/conformance/',
      ['^src/(conformance|sandbox|config)/', '^src/standalone-sandbox', '^perf_hooks$', '^crypto$'],
      'what judges a gateway knows its public surface alone',
    ),
    { name: 'nothing-imports-main', severity: 'error', from: { pathNot: '^(src/start|src/cli/commands|test/)' }, to: { path: '^src/main\\.ts$' } },
    { name: 'no-test-in-the-product', severity: 'error', from: { path: '^(src|adapters|schemas)/' }, to: { path: '^test/' } },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      from: { path: '^(src|adapters|schemas)/', pathNot: '^schemas/generate' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.json'] },
  },
};
