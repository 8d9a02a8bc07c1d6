/** The floors of the house (docs/architecture.md): imports run downward only, features do not know each other. */
const only = (name, comment, module, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|libs|test|scripts)/', pathNot: allowed },
  to: { path: `node_modules/${module}/` },
});

const libMayUse = (lib, others) => ({
  name: `lib-${lib}`,
  comment: `libs/${lib} may use ${['errors', ...others].join(', ')} and nothing else of libs/`,
  severity: 'error',
  from: { path: `^libs/${lib}/` },
  to: { path: '^libs/', pathNot: `^libs/(${[lib, 'errors', ...others].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libs-never-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|scripts|test)/', pathNot: '^test/support/metadata' },
    },
    {
      name: 'apps-do-not-import-each-other',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-through-their-barrel',
      comment: 'A library is used through its index.ts.',
      severity: 'error',
      from: { path: '^(apps|test)/' },
      to: { path: '^libs/[^/]+/src/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libs-through-each-others-barrel',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: '^libs/($1/|[^/]+/src/index\\.ts$)' },
    },
    {
      name: 'features-do-not-import-features',
      severity: 'error',
      from: { path: '^apps/api/src/(detection|rerank|health|model)/' },
      to: {
        path: '^apps/api/src/(detection|extraction|rerank|health|model)/',
        pathNot: '^apps/api/src/$1/',
      },
    },
    {
      name: 'extraction-imports-only-detection',
      comment: 'The one allowed arrow: extraction owns /embeddings and uses what detection offers.',
      severity: 'error',
      from: { path: '^apps/api/src/extraction/' },
      to: { path: '^apps/api/src/(rerank|health|model)/' },
    },
    {
      name: 'features-do-not-look-up',
      severity: 'error',
      comment: 'main -> server -> app.module -> features -> config, http, encoding, calibration',
      from: { path: '^apps/api/src/[^/]+/', pathNot: '^apps/api/src/server/' },
      to: { path: '^apps/api/src/(main|app\\.|server/)' },
    },
    {
      name: 'infrastructure-does-not-import-features',
      severity: 'error',
      from: { path: '^apps/api/src/(config|http|encoding|calibration)/' },
      to: { path: '^apps/api/src/(detection|extraction|rerank|health|model)/' },
    },
    libMayUse('errors', []),
    libMayUse('auth', []),
    libMayUse('environment', []),
    libMayUse('image', ['native']),
    libMayUse('kserve', []),
    libMayUse('native', []),
    libMayUse('observability', []),
    libMayUse('rerank', ['native']),
    libMayUse('triton', ['kserve']),
    only('grpc-only-in-its-rooms', '', '@grpc/grpc-js', '^(libs/(triton|kserve)|apps/model-server|test)/'),
    only('koffi-only-in-native', '', 'koffi', '^libs/native/'),
    only('sharp-only-in-image', '', 'sharp', '^(libs/image|test|scripts)/'),
    only('jimp-only-in-image', '', 'jimp', '^libs/image/'),
    only(
      'onnxruntime-without-telemetry',
      'The module switches its telemetry off before it is loaded.',
      'onnxruntime-node',
      '^(apps/model-server/src/pipelines/onnx-runtime\\.ts$|scripts/)',
    ),
    only('prom-client-only-in-observability', '', 'prom-client', '^libs/observability/'),
    only(
      'tracing-sdk-only-in-observability',
      'Everybody else uses the API of OpenTelemetry, which does nothing while no SDK is loaded.',
      '@opentelemetry/(?!api)[^/]+',
      '^libs/observability/|\\.spec\\.ts$',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
