/** Closing the last window while jobs run asks what becomes of them. */

export type Closing = "close" | "keep-jobs" | "stop-jobs" | "stay";

export const closingQuestion = {
  type: "question" as const,
  message: "A job is still running.",
  detail: "It can finish without the window; its result will be in the study.",
  buttons: ["Let it finish", "Stop it", "Do not close"],
  defaultId: 0,
  cancelId: 2,
  noLink: true,
};

/** @param ask shows the question and resolves with the index of the button */
export async function onClose(
  busy: boolean,
  ask: (question: typeof closingQuestion) => Promise<number>,
): Promise<Closing> {
  if (!busy) return "close";
  const answers = ["keep-jobs", "stop-jobs", "stay"] as const;
  return answers[await ask(closingQuestion)] ?? "stay";
}
