/** From a health check to the deadline of a request. */
export const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Of native calls, which take microseconds to milliseconds. */
export const shortSecondBuckets = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1];

/** From an answer without faces to the largest body. */
export const byteBuckets = [256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 33_554_432];

export const countBuckets = [1, 2, 4, 8, 16, 32, 64];
