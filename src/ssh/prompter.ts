/** Asks the person at the terminal. Undefined answer: none was given. */
export interface Prompter {
  ask(question: string, options: { echo: boolean }): Promise<string | undefined>;
}
