/** What is compared: data, network and action of each case, as flags of the command line. */

export interface Case {
  readonly id: "a" | "b" | "c" | "d" | "e";
  readonly title: string;
  /** Which starts its data have, and whether the components are exchanged in the file. */
  readonly data: "isotropic" | "anisotropic" | "exchanged";
  readonly architecture: readonly string[];
  readonly training: readonly string[];
}

/** Spectra of the starts: alike in all directions, or along one diagonal, which V4 = {e, r², sr, sr³} keeps. */
export const anisotropy = { isotropic: 0, anisotropic: 0.95, exchanged: 0 } as const;

const unet = ["--model", "unet", "--width", "8", "--levels", "2"];

export const cases: readonly Case[] = [
  { id: "a", title: "isotropic data", data: "isotropic", architecture: unet, training: [] },
  { id: "b", title: "anisotropic data", data: "anisotropic", architecture: unet, training: [] },
  {
    id: "c",
    title: "anisotropic data, trained with augmentation",
    data: "anisotropic",
    architecture: unet,
    training: ["--augment", "d4"],
  },
  {
    id: "d",
    title: "isotropic data, D4-equivariant network",
    data: "isotropic",
    architecture: ["--model", "d4-cnn"],
    training: [],
  },
  {
    id: "e",
    title: "isotropic data, components in the wrong order",
    data: "exchanged",
    architecture: unet,
    training: [],
  },
];
