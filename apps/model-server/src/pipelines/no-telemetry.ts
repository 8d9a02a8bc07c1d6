/**
 * From 1.29 on the published builds of onnxruntime tell Microsoft which models run on which machine, and keep an
 * identifier of it on disk. Nothing of that happens when this is set before the library is loaded.
 *
 * The library reads the environment of the process, which only the main thread can change: what a worker sets there is
 * a copy of its own.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
