/** A program that the system's package manager can get. */
export interface Package {
  /** As a person calls it. */
  readonly title: string;
  /** Debian's and Ubuntu's package. */
  readonly apt: string;
  /** Homebrew's. */
  readonly brew: string;
  /** Where Debian's package puts the program, from the root. */
  readonly debianPath: string;
  /** The folder of `software` that it is unpacked into. */
  readonly folder: string;
}

/** A program on this machine, and the environment that it needs to find its libraries. */
export interface Program {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}
