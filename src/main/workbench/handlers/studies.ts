/** Studies as a whole: made, opened, named, undone. */
import { UserError } from "../../../shared/errors";
import type { Handlers, Services } from "../services";
import { addForgotten } from "./trained";

export function studyHandlers(
  services: Services,
): Pick<
  Handlers,
  | "study.create"
  | "study.open"
  | "study.close"
  | "study.rename"
  | "study.note"
  | "study.undo"
  | "study.redo"
> {
  const { recent, studies } = services;
  return {
    "study.create": async ({ path, name }) =>
      (await studies.create(path, name === undefined ? undefined : checkedName(name))).view(),
    "study.open": async ({ path }) => {
      await addForgotten(services, await studies.get(path));
      return studies.open(path);
    },
    "study.close": async ({ study }) => {
      await studies.close(study);
      return {};
    },
    "study.rename": async ({ study: path, name: given }) => {
      const name = checkedName(given);
      const study = await studies.get(path);
      await study.edit(`Rename the study to ${name}`, () => ({ name }));
      await recent.note(study.path, name);
      return studies.announce(study);
    },
    "study.note": async ({ study: path, notes }) => {
      const study = await studies.get(path);
      await study.edit("Edit the notes", () => ({ notes }));
      return studies.announce(study);
    },
    "study.undo": async ({ study: path }) => {
      const study = await studies.get(path);
      await study.undo();
      return studies.announce(study);
    },
    "study.redo": async ({ study: path }) => {
      const study = await studies.get(path);
      await study.redo();
      return studies.announce(study);
    },
  };
}

/** @throws UserError "study/name" for one of blanks only, which no list could show */
function checkedName(name: string): string {
  const trimmed = name.trim();
  if (trimmed !== "") return trimmed;
  throw new UserError("study/name", "A study needs a name.", { todo: "Type one." });
}
