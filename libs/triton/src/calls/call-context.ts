/** What every remote call carries: it ends with the request that needs it. */
export interface CallContext {
  /** Aborted when the caller goes away. A FaceError as its reason is what the call then throws. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  /** Sent along, so that the model server's log and ours tell of the same request. */
  readonly requestId?: string | undefined;
}
