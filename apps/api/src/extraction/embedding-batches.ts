/**
 * Collects aligned faces from all images of a request and embeds them in as few calls as the batch limit allows: a call
 * starts as soon as it is full, the last one when nothing more comes.
 */
export class EmbeddingBatches {
  private readonly calls: Promise<Float32Array[]>[] = [];
  private pending: Uint8Array[] = [];
  private added = 0;

  constructor(
    private readonly batchLimit: number,
    private readonly embed: (faces: readonly Uint8Array[]) => Promise<Float32Array[]>,
  ) {}

  /** @returns the place of the first of these faces in what {@link finish} gives; the others follow. */
  add(faces: readonly Uint8Array[]): number {
    const first = this.added;
    for (const face of faces) {
      this.pending.push(face);
      if (this.pending.length === this.batchLimit) this.send();
    }
    this.added += faces.length;
    return first;
  }

  /** Embeds what is left. @returns the embeddings of all faces, in the order in which they were added. */
  async finish(): Promise<Float32Array[]> {
    if (this.pending.length > 0) this.send();
    return (await Promise.all(this.calls)).flat();
  }

  private send(): void {
    const faces = this.pending;
    this.pending = [];
    const call = this.embed(faces);
    // It may fail long before anybody waits for it; `finish` throws it then.
    call.catch(() => undefined);
    this.calls.push(call);
  }
}
