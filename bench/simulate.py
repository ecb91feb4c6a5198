"""Incompressible flow on a periodic plane by the scheme of the program's own simulator: ETDRK4 on dealiased Fourier
modes of the vorticity, float64, with the coefficients from the phi functions. Reads FOLDER/simulate.npz (states, time,
steps of the method for each kept one, viscosity), prints {seconds, cpu, deviation} of computing its
trajectories again; cpu is the time of all processors together.

    python3 simulate.py FOLDER THREADS
"""

import json
import math
import sys
import time

import numpy

try:
    from scipy import fft

    workers = {"workers": int(sys.argv[2])}
except ImportError:
    fft, workers = numpy.fft, {}


def phi_functions(z):
    """phi_1, phi_2, phi_3 by the series near 0 and by the formulas elsewhere."""
    near = numpy.abs(z) < 2
    safe = numpy.where(near, 1, z)
    e = numpy.exp(safe)
    far = [(e - 1) / safe]
    far.append((far[0] - 1) / safe)
    far.append((far[1] - 0.5) / safe)
    three = sum(z**j / float(math.factorial(j + 3)) for j in range(24))
    two = 0.5 + z * three
    series = [1 + z * two, two, three]
    return [numpy.where(near, a, b) for a, b in zip(series, far)]


class Flow:
    def __init__(self, n, viscosity, step):
        k = numpy.fft.fftfreq(n, 1 / n)
        kx, ky = numpy.arange(n // 2 + 1)[None, :], k[:, None]
        self.resolved = (3 * numpy.abs(kx) < n) & (3 * numpy.abs(ky) < n)
        self.ikx = 2j * numpy.pi * numpy.where(2 * kx == n, 0, kx) * numpy.ones((n, 1))
        self.iky = 2j * numpy.pi * numpy.where(2 * numpy.abs(ky) == n, 0, ky) * numpy.ones((1, n // 2 + 1))
        square = -(self.ikx**2 + self.iky**2).real
        self.inverse = numpy.divide(1, square, out=numpy.zeros_like(square), where=square > 0)
        # -v.grad(w) = (d_yy - d_xx)(vx vy) + d_xy(vx^2 - vy^2) where v does not diverge.
        self.along = (self.iky**2 - self.ikx**2).real * self.resolved
        self.across = (self.ikx * self.iky).real * self.resolved
        z = -viscosity * square * step
        one, two, three = phi_functions(z)
        self.e, self.half = numpy.exp(z), numpy.exp(z / 2)
        self.q = step / 2 * phi_functions(z / 2)[0]
        self.f1 = step * (one - 3 * two + 4 * three)
        self.f2 = step * (2 * two - 4 * three)
        self.f3 = step * (4 * three - two)
        self.shape = (n, n)

    def inverse_transform(self, spectrum):
        return fft.irfft2(spectrum, s=self.shape, **workers)

    def carried(self, w):
        vx, vy = self.velocity(w)
        cross, excess = fft.rfft2(vx * vy, **workers), fft.rfft2(vx * vx - vy * vy, **workers)
        return self.along * cross + self.across * excess

    def step(self, w):
        n = self.carried
        nw = n(w)
        a = self.half * w + self.q * nw
        na = n(a)
        nb = n(self.half * w + self.q * na)
        nc = n(self.half * a + self.q * (2 * nb - nw))
        return self.e * w + self.f1 * nw + self.f2 * (na + nb) + self.f3 * nc

    def velocity(self, w):
        stream = w * self.inverse
        return self.inverse_transform(self.iky * stream), self.inverse_transform(-self.ikx * stream)


def main(folder):
    data = numpy.load(f"{folder}/simulate.npz")
    states, dt = data["states"], float(data["dt"][0])
    substeps, viscosity = data["substeps"].astype(int), float(data["viscosity"][0])
    n = states.shape[-1]
    worst = 0.0
    start, busy = time.perf_counter(), time.process_time()
    for trajectory, count in zip(states, substeps):
        flow = Flow(n, viscosity, dt / count)
        vx, vy = fft.rfft2(trajectory[0, 0], **workers), fft.rfft2(trajectory[0, 1], **workers)
        w = (flow.ikx * vy - flow.iky * vx) * flow.resolved
        for expected in trajectory[1:]:
            for _ in range(count):
                w = flow.step(w)
            worst = max(worst, float(numpy.abs(numpy.stack(flow.velocity(w)) - expected).max()))
    seconds, cpu = time.perf_counter() - start, time.process_time() - busy
    print(json.dumps({"seconds": seconds, "cpu": cpu, "deviation": worst}))


main(sys.argv[1])
