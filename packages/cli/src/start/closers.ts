/** What has been opened, to be closed in reverse order. */
export type Closers = {
  /** Registers how to undo a step; call it on the line after opening. */
  add(name: string, close: () => Promise<unknown> | unknown): void;
  /** Runs every step though one fails. @returns whether all of them succeeded. */
  closeAll(onError: (name: string, error: unknown) => void): Promise<boolean>;
};

export function createClosers(): Closers {
  const steps: { readonly name: string; readonly close: () => Promise<unknown> | unknown }[] = [];
  return {
    add(name, close) {
      steps.push({ name, close });
    },
    async closeAll(onError) {
      let isClean = true;
      for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
        try {
          await step.close();
        } catch (error) {
          isClean = false;
          onError(step.name, error);
        }
      }
      return isClean;
    },
  };
}
