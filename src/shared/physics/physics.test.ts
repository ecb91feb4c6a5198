import { describe, expect, test } from "vitest";
import { channelLabels, parseFieldSpec } from "../fields/spec";
import { catalogue } from "./catalogue";
import { chooseQuantities, parseCoefficients } from "./choose";
import { channelNames, namesIn, parseIntegrand, parseIntegrands } from "./integrand";

function chosen(
  fields: string | null,
  choice: { quantities?: string; own?: string; physics?: string } = {},
  [channels, axes]: [number, number] = [4, 2],
): Record<string, string> {
  const spec = fields === null ? null : parseFieldSpec(fields);
  const all = chooseQuantities(
    { quantities: "auto", own: "", physics: "auto", ...choice },
    spec,
    channels,
    axes,
  );
  return Object.fromEntries(all.map(({ id, integrand }) => [id, integrand.text]));
}

describe("quantities follow from the kinds of the fields", () => {
  test("of a compressible flow in velocities, and in momenta", () => {
    expect(chosen("density:rho,vector:v,scalar:p")).toMatchObject({
      mass: "rho",
      "momentum.x": "rho*vx",
      energy: "p/(gamma-1)+rho*(vx^2+vy^2)/2",
      enstrophy: "(dx(vy)-dy(vx))^2/2",
    });
    expect(chosen("density:rho,vector:momentum,density:E")).toMatchObject({
      mass: "rho",
      "momentum.x": "mx",
      energy: "E",
    });
  });

  test("of a vorticity, of one scalar, of channels without names", () => {
    expect(chosen("pseudoscalar:w", {}, [1, 2])).toMatchObject({
      circulation: "w",
      enstrophy: "(w)^2/2",
    });
    expect(chosen("scalar:T", {}, [1, 1])).toEqual({ T: "T", "T^2": "T^2" });
    expect(Object.keys(chosen(null, {}, [2, 1]))).toEqual(["u0", "u0^2", "u1", "u1^2"]);
  });

  test("of particles by positions and momenta", () => {
    expect(chosen("vector:q,vector:p", {}, [4, 0])).toEqual({
      "momentum.x": "px",
      "momentum.y": "py",
      "kinetic-energy": "(px^2+py^2)/2",
      "angular-momentum": "qx*py-qy*px",
    });
  });

  test("of particles with masses, as a channel or beside the state, and of velocities", () => {
    const energy = (fields: string, physics: string, channels: number): string =>
      chosen(fields, { quantities: "energy", physics }, [channels, 0])["energy"]!;
    expect(energy("scalar:m,vector:q,vector:p", "n-body", 5)).toBe(
      "integral((px^2+py^2)/(2*m))+pairs(-G*m*other(m)/sqrt(((qx-other(qx))^2+(qy-other(qy))^2)+softening^2))",
    );
    expect(energy("vector:x,vector:v", "oscillators", 4)).toBe(
      "integral((vx^2+vy^2)/2)+integral(omega^2*(xx^2+xy^2)/2)",
    );
    expect(chosen("scalar:mass,vector:x,vector:v", {}, [5, 0])).toMatchObject({
      "momentum.x": "mass*vx",
      "kinetic-energy": "mass*(vx^2+vy^2)/2",
    });
  });

  test("momentum names both components, and a formula of one's own replaces what has its name", () => {
    expect(Object.keys(chosen("vector:v", { quantities: "momentum" }, [2, 2]))).toEqual([
      "momentum.x",
      "momentum.y",
    ]);
    expect(chosen("vector:v", { quantities: "energy", own: "energy: vx^2" }, [2, 2])).toEqual({
      energy: "vx^2",
    });
  });

  test("every physics states formulas that can be read", () => {
    for (const { id } of catalogue) {
      for (const fields of ["density:h,vector:v,scalar:p", "scalar:u", "vector:m,density:rho"]) {
        const channels = fields === "scalar:u" ? 1 : fields.startsWith("density") ? 4 : 3;
        expect(() => chosen(fields, { physics: id, own: "a: 1" }, [channels, 2])).not.toThrow();
      }
    }
  });
});

describe("integrands", () => {
  test("are read with the precedence of formulas, and know the names they use", () => {
    const { term } = parseIntegrand("-u^2*alpha+dx(v*w)/mean(u)");
    expect(namesIn(term)).toEqual(["u", "u", "alpha", "v", "w", "u"]);
  });

  test.each([
    ["a: u^2; b", "b▸"],
    ["a u", "a ▸u"],
    ["a: u; a: v", "▸a: v"],
    ["a: dx u", "dx ▸u"],
    ["a: (u", "(u▸"],
    ["a: pairs u", "pairs ▸u"],
  ])("%s is refused with its place marked", (text, marked) => {
    expect(() => parseIntegrands(text)).toThrow(marked);
  });

  test("take a component with its dot, and nothing else after one", () => {
    expect(namesIn(parseIntegrand("dx(wind.y)-2.*wind.x").term)).toEqual(["wind.y", "wind.x"]);
    expect(() => parseIntegrand("wind.xyz")).toThrow("wind▸.xyz");
    expect(() => parseIntegrand("wind.w")).toThrow("wind▸.w");
  });

  test("call channels as people do", () => {
    const names = channelNames([{ name: "p" }, { name: "wind.x" }, { name: "wind.y" }], 3);
    expect([...names.keys()]).toEqual([
      "p",
      "wind.x",
      "wind_x",
      "windx",
      "wind.y",
      "wind_y",
      "windy",
      "wx",
      "wy",
    ]);
    expect(names.get("wind.y")).toBe(2);
    expect([...channelNames(null, 1).keys()]).toEqual(["u", "u0"]);
  });
});

test("coefficients complete the physics' own", () => {
  expect(parseCoefficients("beta=0.5", "kdv")).toEqual({ alpha: 6, beta: 0.5 });
  expect(() => parseCoefficients("beta", "kdv")).toThrow("no name=number");
});

describe("a tensor's components", () => {
  const spec = parseFieldSpec("scalar:e,tensor:stress,vector:v");

  test("are called as channels are, and shorter", () => {
    const names = channelNames(channelLabels(spec), 7);
    expect(["stress.xx", "stressxy", "sxy", "stress.yy"].map((name) => names.get(name))).toEqual([1, 2, 2, 4]); // prettier-ignore
    expect(namesIn(parseIntegrand("stress.xx*stress.yy-stressxy^2").term)).toEqual([
      "stress.xx",
      "stress.yy",
      "stressxy",
      "stressxy",
    ]);
  });

  test("play no part in what quantities are kept by default", () => {
    const without = chosen("scalar:e,vector:v", {}, [3, 2]);
    expect(chosen("scalar:e,tensor:p,vector:v", {}, [7, 2])).toEqual(without);
  });
});
