"""Export a PyTorch model for Noetherscope.

One file that needs nothing but PyTorch (1.13 or newer): copy it beside your code.

    from noetherscope_export import export

    export(
        model,                      # torch.nn.Module; exported in eval mode and left as it was
        inputs,                     # example batch [B, C, H, W] (or [B, F]), at least two samples
        "unet.onnx",
        targets=targets,            # optional: what the model should have predicted, same batch
        fields="scalar:density,vector:velocity,scalar:pressure",
        boundary="periodic",
    )

It writes

    unet.onnx            the network with its weights; the batch dimension stays open, every parameter keeps
                         its PyTorch name, BatchNorm stays a layer of its own, nothing is folded
    unet.example.npz     x (the batch), y (the targets, where given), output (what PyTorch computed), and what the
                         axes and channels of x are, where that was said

A batch is [batch, channel, y, x] or [batch, feature] unless `axes` says otherwise: axes="b,p,c" for particles,
axes="b,x,y,c" for a network that takes its channels last and x before y. Such a network is written with the axes turned
inside it: the file takes [batch, channel, y, x] as all do, and the example beside it lies so. Axes that nothing states
are a guess, which the file says too.

A network that is told more than the state takes all of it as a tuple in the order of its forward, each a tensor with the
batch in front: export(model, (u, nu, t), ...). The state is the input with the most axes, `input` in the file and x in
the example; the others keep the names that forward gives them (nu and t: --conditions nu=nu,t=t reads the example).

Fourier transforms and complex parameters, which PyTorch's exporter does not know, are written with real numbers: a
complex parameter keeps its name and has its real and imaginary part along a last axis of two.

A series of checkpoints of one training becomes one graph and a file of weights for each, named like it: with
checkpoints="ckpt_*.pt" also unet.checkpoints/ckpt_1.safetensors and so on. The same from a shell, where make() returns
the model and its example batch, and targets where there are some:

    python noetherscope_export.py training:make unet.onnx --checkpoints 'ckpt_*.pt' --boundary periodic

It writes nothing unless the file is right. A trace keeps only the path that the example took, so the traced
network must agree with the module on other batch sizes and values. An exporter can write the wrong operator
(PyTorch 1.13 shifts circular padding by one cell, for instance), so the finished file is read back and evaluated
here in double precision, operator by operator as the ONNX standard defines them, and must give the module's output.
Where the package onnxruntime is installed, it must give that output too.
"""

import argparse
import collections
import contextlib
import copy
import functools
import glob
import importlib
import importlib.util
import inspect
import io
import json
import logging
import math
import re
import struct
import sys
import traceback
import warnings
import zipfile
from pathlib import Path

import torch
from torch.nn import functional as F

VERSION = 1


class ExportError(RuntimeError):
    """The model could not be exported faithfully; the message says what to do."""


def export(
    model,
    inputs,
    path,
    *,
    targets=None,
    fields=None,
    output_fields=None,
    axes=None,
    boundary=None,
    dt=None,
    length=None,
    opset=17,
    tolerance=1e-4,
    exporter="auto",
    checkpoints=None,
):
    """Write `path` (.onnx) and its example batch; return the report of the checks.

    model: takes a float tensor with the batch in front, or several, and returns one. Half and double precision are exported
        as a single-precision copy; of torch.compile and data-parallel wrappers the network inside is exported.
    targets: of the output's shape. Analyses of the loss need them, here or in another data file.
    fields, output_fields: channel groups in order, as `kind:name,...` with the kinds scalar, pseudoscalar,
        density, vector (x before y before z: as many channels as the grid of `axes` has directions, else two;
        `vector:v(y,-x)` where the channels hold v's y component and then minus its x component) and tensor (of
        order 2, row by row: xx, xy, yx, yy).
    axes: a letter for each axis of inputs, and of an output with as many axes: b batch, p particle, c channel (or
        f feature), z, y, x the grid's. "b,c", "b,c,y,x" are understood; "b,p,c" are particles, "b,c,x" a line,
        "b,c,z,y,x" a volume. In another order, "b,c,x,y" say, they are turned inside the written network.
    boundary: "periodic" or "open". dt: time between input and output. length: side of the domain (the longest, of
        square cells), or one number for each of the grid's axes in the order of `axes`.
    tolerance: largest relative deviation, max |a − b| / max |b|, that passes the checks.
    exporter: "trace" for PyTorch's tracing exporter, "program" for the newer one by torch.export, which needs PyTorch
        2.5 and the package onnxscript; "auto" takes the first, and the second where the first fails.
    checkpoints: a pattern of files of torch.save, or a dict of state dicts by name; each becomes a file
        NAME.safetensors in the folder STEM.checkpoints beside `path`, once the graph with its weights was checked too.

    The report, which the file holds too under `checks` in its metadata, is a dict:

        trace         the traced module against the module: the largest deviation on one sample, on one sample
                      more than the example has and on other values
        file          the written file, evaluated in double precision, against the module: the largest deviation
                      on the example, one sample and one sample more; or "not checked: OP" naming the operators
                      that the evaluator below does not know
        onnxruntime   deviation of onnxruntime's output on the example; None where it is not installed
        exporter      "trace" or "program"
        checkpoints   the deviation of each by its file, where there are some

    Raises ExportError with a sentence that says what to change.
    """
    path = Path(path)
    model = _unwrapped(model)
    _check_arguments(model, inputs, path, boundary, exporter)
    inputs = _named(model, inputs)
    guessed = axes is None
    axes, order = _stated_axes(axes, inputs.state)
    inputs, length = inputs.with_state(_turned(inputs.state, order)), _turned_sides(length, axes, order)
    targets = None if targets is None else _turned(targets, order)
    _check_fields(fields, inputs.state, axes, "fields")
    model = _single_precision(model)
    tensor = next(iter([*model.parameters(), *model.buffers()]), inputs.state)
    inputs = inputs.map(lambda each: each.detach().to(tensor.device, torch.float32))

    with _eval_mode(model), _axes_turned(model, order, inputs.at), _full_precision(inputs.state), torch.no_grad():
        expected = _run(model, inputs)
        _check_output(expected, inputs.state)
        _check_fields(output_fields, expected, axes, "output_fields")
        if targets is not None and tuple(targets.shape) != tuple(expected.shape):
            raise ExportError(
                "targets have the shape %s, but the model's output on this batch is %s."
                % (list(targets.shape), list(expected.shape))
            )
        network, report = _written(model, inputs, expected, opset, tolerance, exporter)
        series = _check_series(checkpoints, network, model, inputs, tolerance)

    metadata = {
        "noetherscope": VERSION,
        "torch": torch.__version__,
        # Tied weights occur once, under the first of their names, as in the exported file.
        "parameters": [name for name, p in model.named_parameters() if p.requires_grad],
        "frozen": [name for name, p in model.named_parameters() if not p.requires_grad],
        "buffers": [name for name, _ in model.named_buffers()],
        "fields": fields,
        "output_fields": output_fields,
        "axes": axes,
        "axes_guessed": axes is not None and guessed,
        "boundary": boundary,
        "dt": dt,
        "length": length,
        "input_shape": list(inputs.state.shape[1:]),
        "output_shape": list(expected.shape[1:]),
        "checks": report,
    }
    path.write_bytes(network + _metadata_property("noetherscope", json.dumps(metadata, sort_keys=True)))
    told = {name: each for name, each in inputs.named.items() if name != "input"}
    arrays = {"x": inputs.state, **told, "output": expected}
    if targets is not None:
        arrays["y"] = targets.detach()
    notes = {} if axes is None else {"axes": axes, "fields": fields}
    _write_npz(path.with_name(path.stem + ".example.npz"), arrays, notes)
    if series:
        report["checkpoints"] = _write_series(path.with_name(path.stem + ".checkpoints"), series)
    return report


# ---- What is asked of the model ----------------------------------------------------------------------------------


def _unwrapped(model):
    """The network inside torch.compile and the data-parallel wrappers, which serve training alone."""
    while True:
        if isinstance(model, (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)):
            model = model.module
        elif hasattr(model, "_orig_mod"):
            model = model._orig_mod
        else:
            return model


def _check_arguments(model, inputs, path, boundary, exporter):
    if not isinstance(model, torch.nn.Module):
        raise ExportError("The model is a %s; wrap it in a torch.nn.Module." % type(model).__name__)
    given = list(inputs) if isinstance(inputs, (tuple, list)) else [inputs]
    needed = _needed_inputs(model)
    if len(needed) > len(given) or not given:
        raise ExportError(
            "%s.forward needs %s: give a tuple of as many tensors in this order, each with the batch in front. What it is "
            "told beside the state, --conditions says." % (type(model).__name__, ", ".join(needed) or "an input")
        )
    for each in given:
        if not torch.is_tensor(each) or each.dim() < 1 or not each.is_floating_point():
            what = list(each.shape) if torch.is_tensor(each) else type(each).__name__
            raise ExportError("inputs must be floating-point tensors, [batch, ...], not %s." % what)
    inputs = max(given, key=torch.Tensor.dim)
    if inputs.dim() < 2:
        raise ExportError("inputs must be a floating-point tensor, [batch, ...], not %s." % list(inputs.shape))
    if len({each.shape[0] for each in given}) > 1:
        raise ExportError(
            "All inputs have the batch in front, a number or a field for each sample, but their first axes are %s."
            % ", ".join(str(each.shape[0]) for each in given)
        )
    if inputs.shape[0] < 2:
        raise ExportError("Give an example batch of at least two samples, so that the batch axis can be checked.")
    if exporter not in ("auto", "trace", "program"):
        raise ExportError('exporter is "auto", "trace" or "program", not "%s".' % exporter)
    if boundary not in (None, "periodic", "open"):
        raise ExportError('boundary is "periodic" or "open", not "%s".' % boundary)
    if not path.parent.is_dir():
        raise ExportError("There is no folder %s to write %s in." % (path.parent, path.name))


def _needed_inputs(model):
    """Names of forward's arguments that have no default; none where its signature says nothing, as of a script."""
    if isinstance(model, torch.jit.ScriptModule):
        return []
    parameters = inspect.signature(model.forward).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]


class _Inputs(tuple):
    """What forward takes, in its order; `names` are the file's, `at` is the place of the state: the first with most axes."""

    def __new__(cls, tensors, names):
        made = super().__new__(cls, tensors)
        made.names = list(names)
        made.at = max(range(len(made)), key=lambda i: made[i].dim())
        return made

    @property
    def state(self):
        return self[self.at]

    @property
    def named(self):
        return dict(zip(self.names, self))

    def map(self, function):
        return _Inputs(map(function, self), self.names)

    def with_state(self, state):
        return _Inputs([state if i == self.at else each for i, each in enumerate(self)], self.names)


# What else the file and the example beside it call by these names.
_TAKEN = ("input", "x", "y", "output", "axes", "fields")


def _named(model, inputs):
    inputs = _Inputs(inputs if isinstance(inputs, (tuple, list)) else [inputs], [])
    names = [] if isinstance(model, torch.jit.ScriptModule) else [
        p.name for p in inspect.signature(model.forward).parameters.values() if p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    names += ["input_%d" % (i + 1) for i in range(len(names), len(inputs))]
    names = [name + "_" if name in _TAKEN else name for name in names[: len(inputs)]]
    names[inputs.at] = "input"
    return _Inputs(inputs, names)


def _run(model, inputs):
    try:
        return model(*inputs)
    except Exception as error:
        shapes = " and ".join(str(list(each.shape)) for each in inputs)
        raise ExportError(
            "The model does not run on inputs %s: %s." % (shapes, _first_line(error))
        ) from error


def _first_line(error):
    lines = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


@contextlib.contextmanager
def _full_precision(inputs):
    """On a GPU, single precision as it is written: TensorFloat-32 keeps three digits, which the checks would see."""
    with contextlib.ExitStack() as stack:
        if inputs.is_cuda:
            for backend in (torch.backends.cudnn, torch.backends.cuda.matmul):
                stack.enter_context(_replaced(backend, "allow_tf32", False))
        yield


@contextlib.contextmanager
def _eval_mode(model):
    """Eval mode for a while; afterwards every module is in its own mode again, frozen BatchNorms included."""
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        yield
    finally:
        for module, training in modes:
            module.training = training


def _single_precision(model):
    """The model, or its float32 copy where it has parameters or buffers of another floating-point type."""
    tensors = [*model.parameters(), *model.buffers()]
    types = {t.dtype for t in tensors if t.is_floating_point()} - {torch.float32}
    if not types:
        return model
    try:
        return copy.deepcopy(model).float()
    except Exception as error:
        raise ExportError(
            "The model holds %s and could not be copied to single precision (%s); pass model.float()."
            % (", ".join(sorted(str(t) for t in types)), error)
        ) from error


def _check_output(output, inputs):
    if not torch.is_tensor(output):
        raise ExportError(
            "The model returns %s; wrap it in a module that returns one tensor." % type(output).__name__
        )
    if output.dim() < 1 or output.shape[0] != inputs.shape[0]:
        raise ExportError(
            "The output has the shape %s for %d samples; its first axis must be the batch."
            % (list(output.shape), inputs.shape[0])
        )
    if output.dtype != torch.float32:
        raise ExportError(
            "The single-precision model returns %s: its forward makes a tensor of that type. "
            "Take types from the input (dtype=x.dtype)." % output.dtype
        )
    if not torch.isfinite(output).all():
        raise ExportError("The model's output on the example is not finite, so nothing can be checked.")


# In the order in which analyses hand samples to the network.
_AXES = {"b": "batch", "p": "particle", "c": "channel", "z": "z", "y": "y", "x": "x"}
_AXES_IN_WORDS = (
    'One letter for each axis: b (batch, the first), p (particle), c (channel; or f, feature), z, y, x (the grid\'s), like '
    '"b,p,c" for particles, "b,c,x" for a line, "b,c,y,x" for a plane, "b,c,z,y,x" for a volume, "b,c" for features.'
)


def _stated_axes(axes, inputs):
    """The letters of the axes of a sample as the file takes it, `b,p,c`, and the order of the model's among them.

    The letters are None where nothing says what the axes are, the order where it is the file's.
    """
    if axes is None:
        return {2: "b,c", 4: "b,c,y,x"}.get(inputs.dim()), None
    given = [part.strip() for part in axes.split(",")] if isinstance(axes, str) else []
    letters = [{"n": "b", "f": "c"}.get(letter, letter) for letter in given]
    unknown = [letter for letter in letters if letter not in _AXES]
    if unknown or not letters:
        raise ExportError("axes: %r has %s. %s" % (axes, _unknown_axes(unknown), _AXES_IN_WORDS))
    if len(letters) != inputs.dim():
        raise ExportError(
            'axes "%s" names %d axes, but inputs %s have %d. %s'
            % (axes, len(letters), list(inputs.shape), inputs.dim(), _AXES_IN_WORDS)
        )
    order = [letter for letter in _AXES if letter in letters]
    if len(order) < len(letters):
        raise ExportError('axes "%s" names an axis twice. %s' % (axes, _AXES_IN_WORDS))
    if letters[0] != "b":
        raise ExportError(
            'axes "%s": the batch must be the first axis; wrap the model in a module that takes it so and moves it where '
            "it belongs (x.movedim(0, 1)). %s" % (axes, _AXES_IN_WORDS)
        )
    if "p" in letters and set(letters) & set("zyx"):
        raise ExportError('axes "%s": particles lie on no grid. %s' % (axes, _AXES_IN_WORDS))
    return ",".join(order), None if order == letters else [letters.index(letter) for letter in order]


def _turned(tensor, order):
    """The model's tensor with its axes as the file has them; one with other axes as it is."""
    return tensor if order is None or tensor.dim() != len(order) else tensor.permute(order).contiguous()


def _turned_sides(length, axes, order):
    """Sides of the grid's axes, given in the model's order, in the file's."""
    grid = [at for letter, at in zip((axes or "").split(","), order or ()) if letter in ("z", "y", "x")]
    if not isinstance(length, (list, tuple)) or len(length) != len(grid):
        return length
    return [length[sorted(grid).index(at)] for at in grid]


@contextlib.contextmanager
def _axes_turned(model, order, at=0):
    """While the model runs, samples have the file's axes outside of it and its own inside; its parameters keep their names."""
    if order is None:
        yield
        return
    if isinstance(model, torch.jit.ScriptModule):
        raise ExportError(
            "The axes of a script cannot be turned inside it: wrap it in a torch.nn.Module whose forward permutes them, "
            "or pass the module that it was made from."
        )
    inverse = [order.index(axis) for axis in range(len(order))]
    hooks = [
        model.register_forward_pre_hook(
            lambda _, inputs: (*inputs[:at], inputs[at].permute(inverse).contiguous(), *inputs[at + 1 :])
        ),
        model.register_forward_hook(lambda _, __, output: _turned(output, order) if torch.is_tensor(output) else output),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _unknown_axes(letters):
    if "t" in letters:
        return "a time: a network takes one state; several in one input are channels"
    return 'no axis "%s"' % letters[0] if letters else "no letters"


def _check_fields(fields, tensor, axes, which):
    if fields is None:
        return
    letters = [] if axes is None else axes.split(",")
    if len(letters) != tensor.dim():
        letters = []
    directions = sum(letter in ("z", "y", "x") for letter in letters) or 2
    channels, names = 0, set()
    for part in re.split(r",(?![^()]*\))", fields):
        kind, _, name = (piece.strip() for piece in part.partition(":"))
        if kind == "vector":
            name = re.sub(r"\s*\((\s*[-+]?\s*[xyz]\s*,)*\s*[-+]?\s*[xyz]\s*\)$", "", name)
        kinds = ("scalar", "pseudoscalar", "density", "vector", "tensor")
        if kind not in kinds or not re.fullmatch(r"[^\W\d][\w-]*", name):
            raise ExportError(
                '%s: "%s" is not kind:name with the kinds %s and a name of letters, digits, _ and -.'
                % (which, part, ", ".join(kinds))
            )
        if name in names:
            raise ExportError('%s: the name "%s" is there twice.' % (which, name))
        names.add(name)
        channels += {"vector": directions, "tensor": directions**2}.get(kind, 1)
    if tensor.dim() < 2:
        return
    at = letters.index("c") if "c" in letters else 1
    there = 1 if letters and "c" not in letters else tensor.shape[at]
    if channels != there:
        raise ExportError(
            "%s names %d channels (a vector has %d, a tensor its square), but axis %d of %s has %d. Say which axis holds "
            "the channels with axes=... %s" % (which, channels, directions, at, list(tensor.shape), there, _AXES_IN_WORDS)
        )


# ---- Complex numbers ---------------------------------------------------------------------------------------------

# PyTorch's exporter has no complex numbers, which Fourier neural operators are made of. While a network is traced, a
# complex tensor is a pair of real ones, and the transforms are products with matrices of cosines and sines.


class _Pair:
    """A complex tensor as its real and imaginary part. PyTorch's functions, called on one, end in _PAIRED."""

    dtype = torch.cfloat
    requires_grad = False

    def __init__(self, real, imag):
        self.real, self.imag = real, imag

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        ours = _PAIRED.get(function.__name__)
        if ours is None:
            raise ExportError(_no_complex(function.__name__))
        return ours(*args, **(kwargs or {}))

    def __getattr__(self, name):
        raise AttributeError(name) if name.startswith("__") else ExportError(_no_complex(name))

    def each(self, function):
        """A real-linear function of both parts."""
        return _Pair(function(self.real), function(self.imag))

    shape = property(lambda self: self.real.shape)
    device = property(lambda self: self.real.device)
    ndim = property(lambda self: self.real.dim())

    def size(self, *axis):
        return self.real.size(*axis)

    def dim(self):
        return self.real.dim()

    def is_complex(self):
        return True

    def to(self, *_, **__):
        return self

    def abs(self):
        return (self.real * self.real + self.imag * self.imag).sqrt()

    def conj(self):
        return _Pair(self.real, -self.imag)

    def __getitem__(self, index):
        index = tuple(index) if isinstance(index, list) else index
        return self.each(lambda part: part[index])

    def __setitem__(self, index, value):
        index = tuple(index) if isinstance(index, list) else index
        value = _pair(value)
        self.real, self.imag = (
            _placed(old, index, new) for old, new in ((self.real, value.real), (self.imag, value.imag))
        )

    def __neg__(self):
        return self.each(lambda part: -part)

    def __add__(self, other):
        other = _pair(other)
        return _Pair(self.real + other.real, self.imag + other.imag)

    def __sub__(self, other):
        return self + -_pair(other)

    def __rsub__(self, other):
        return _pair(other) - self

    def __mul__(self, other):
        return _product(torch.mul, self, other)

    def __matmul__(self, other):
        return _product(torch.matmul, self, other)

    def __rmatmul__(self, other):
        return _product(torch.matmul, other, self)

    def __truediv__(self, other):
        if not _is_complex_valued(other):
            return self.each(lambda part: part / other)
        other = _pair(other)
        return self * other.conj() / (other.real * other.real + other.imag * other.imag)

    def __rtruediv__(self, other):
        return _pair(other) / self

    def __pow__(self, n):
        if not isinstance(n, int) or n < 1:
            raise ExportError(_no_complex("a power"))
        return functools.reduce(lambda product, _: product * self, range(n - 1), self)

    def detach(self):
        return self.each(lambda part: part.detach())

    def type(self, *_):
        return self

    cfloat = type
    __radd__, __rmul__ = __add__, __mul__


def _no_complex(operation):
    return (
        "PyTorch's exporter stops at complex numbers, and %s of one is not written with real numbers here. Write it so: "
        "multiply by matrices of cosines and sines, and hold real and imaginary parts as two real parameters. A file "
        "in which another exporter wrote ONNX's DFT opens in Noetherscope and can be differentiated." % operation
    )


def _linear_method(name):
    return lambda self, *args, **names: self.each(lambda part: getattr(part, name)(*args, **names))


_LINEAR = ("permute", "reshape", "view", "transpose", "contiguous", "clone", "flatten", "unsqueeze", "squeeze", "sum",
           "mean", "expand", "repeat", "flip", "roll", "movedim", "moveaxis", "narrow", "unflatten")  # fmt: skip
for _name in _LINEAR:
    setattr(_Pair, _name, _linear_method(_name))


def _is_complex_valued(x):
    if isinstance(x, (_Pair, complex)) or getattr(x, "_complex_parts", False):
        return True
    return isinstance(x, torch.Tensor) and x.is_complex()


_view_as_real = torch.view_as_real  # while a network is traced, torch's own name means ours


def _pair(x):
    """x as a pair; a complex parameter is there as a real tensor with both parts along its last axis."""
    if isinstance(x, _Pair):
        return x
    if getattr(x, "_complex_parts", False):
        return _Pair(x[..., 0], x[..., 1])
    if isinstance(x, complex):
        return _Pair(x.real, x.imag)
    if isinstance(x, torch.Tensor) and x.is_complex():
        parts = _view_as_real(x.detach().resolve_conj())
        return _Pair(parts[..., 0], parts[..., 1])
    return _Pair(x, x * 0)


def _product(function, *factors):
    """A real-multilinear function of complex factors: the sum over the choices of a part of each."""
    parts = {"real": [], "imag": []}
    choices = [[]]
    for factor in factors:
        pair = _pair(factor) if _is_complex_valued(factor) else None
        options = [(factor, 0)] if pair is None else [(pair.real, 0), (pair.imag, 1)]
        choices = [chosen + [option] for chosen in choices for option in options]
    for chosen in choices:
        term = function(*(part for part, _ in chosen))
        power = sum(i for _, i in chosen) % 4
        parts["imag" if power % 2 else "real"].append(-term if power > 1 else term)
    return _Pair(*(functools.reduce(torch.add, terms) for terms in (parts["real"], parts["imag"])))


def _placed(old, index, value):
    """old with value in the place of a block, out of place."""
    index = index if isinstance(index, tuple) else (index,)
    if Ellipsis in index:
        at = index.index(Ellipsis)
        index = index[:at] + (slice(None),) * (old.dim() - len(index) + 1) + index[at + 1 :]
    pad, inner, outer = [], [], []
    for axis in range(old.dim()):
        cut = index[axis] if axis < len(index) else slice(None)
        if not isinstance(cut, slice) or cut.step not in (None, 1):
            raise ExportError(_no_complex("an assignment to single entries"))
        whole = cut.start is None and cut.stop is None
        if whole and not inner:  # as the batch, whose extent stays open
            pad.append((0, 0))
            continue
        size = int(old.shape[axis])
        start, stop, _ = cut.indices(size)
        pad.append((start, size - stop))
        inner.append(stop - start)
        outer.append((start, size - stop))
    flat = [n for pair in reversed(pad) for n in pair]
    kept = 1 - F.pad(torch.ones(inner, dtype=old.dtype), [n for pair in reversed(outer) for n in pair])
    return old * kept + F.pad(value, flat)


def _stacked(function):
    def joined(pairs, *args, **names):
        pairs = [_pair(each) for each in pairs]
        return _Pair(*(function([getattr(each, part) for each in pairs], *args, **names) for part in ("real", "imag")))

    return joined


def _einsum(equation, *operands):
    operands = operands[0] if len(operands) == 1 and isinstance(operands[0], (list, tuple)) else operands
    return _product(lambda *parts: torch.einsum(equation, *parts), *operands)


_PAIRED = {
    "einsum": _einsum,
    "mul": lambda a, b: _product(torch.mul, a, b),
    "matmul": lambda a, b: _product(torch.matmul, a, b),
    "bmm": lambda a, b: _product(torch.bmm, a, b),
    "add": lambda a, b: _pair(a) + b,
    "sub": lambda a, b: _pair(a) - b,
    "div": lambda a, b: _pair(a) / b,
    "true_divide": lambda a, b: _pair(a) / b,
    "pow": lambda a, n: _pair(a) ** n,
    "cat": _stacked(torch.cat),
    "concat": _stacked(torch.cat),
    "stack": _stacked(torch.stack),
    "abs": lambda z: z.abs(),
    "conj": lambda z: z.conj(),
    "real": lambda z: z.real,
    "imag": lambda z: z.imag,
    "zeros_like": lambda z, **_: z.each(torch.zeros_like),
    "roll": lambda z, *args, **names: z.each(lambda part: torch.roll(part, *args, **names)),
    "tensordot": lambda a, b, dims=2, out=None: _product(lambda x, y: torch.tensordot(x, y, dims), a, b),
    "exp": lambda z: _Pair(z.real.exp() * z.imag.cos(), z.real.exp() * z.imag.sin()),
    "is_complex": lambda z: True,
}
for _name in _LINEAR:
    _PAIRED.setdefault(_name, _linear_method(_name))


def _turns(columns, n, inverse, norm, weights, dtype):
    """Cosines and signed sines of the angles 2πkm/n, normalised, one row a weight."""
    scales = [weight / _divisor(n, inverse, norm) for weight in weights]
    sign = 1.0 if inverse else -1.0

    def table(function):
        rows_ = [[w * function(2 * math.pi * (k * m % n) / n) for m in range(columns)] for k, w in enumerate(scales)]
        return torch.tensor(rows_, dtype=dtype)

    return table(math.cos), table(lambda angle: sign * math.sin(angle))


def _divisor(n, inverse, norm):
    if norm == "ortho":
        return math.sqrt(n)
    return n if inverse == (norm in (None, "backward")) else 1


def _fitted(x, axis, n):
    """The axis cut or filled with zeros to n entries."""
    size = int(x.shape[axis])
    if n < size:
        return x.narrow(axis, 0, n)
    return x if n == size else F.pad(x, [0, 0] * (x.dim() - 1 - axis % x.dim()) + [0, n - size])


def _dft(x, n, axis, inverse, norm, real_in=False, real_out=False):
    """One axis transformed: from real numbers to half of the spectrum, between complex ones, or back to real ones."""
    if n is None:
        n = 2 * (int(x.shape[axis]) - 1) if real_out else int(x.shape[axis])
    n = int(n)
    half = n // 2 + 1
    rows = half if real_out else n
    # In half of a spectrum every mode but the first and, of an even length, the last stands for two.
    weights = [2.0 if real_out and k > 0 and 2 * k != n else 1.0 for k in range(rows)]
    columns = half if real_in else n
    cosines, sines = _turns(columns, n, inverse, norm, weights, (x if real_in else x.real).dtype)

    def lines(part):
        return _fitted(part, axis, rows).transpose(axis, -1)

    def back(part):
        return part.transpose(axis, -1)

    if real_in:
        x = lines(x)
        return _Pair(back(x @ cosines), back(x @ sines))
    re, im = lines(x.real), lines(x.imag)
    real = back(re @ cosines - im @ sines)
    return real if real_out else _Pair(real, back(re @ sines + im @ cosines))


def _transform_axes(x, s, dim):
    if dim is None:
        dim = range(-(x.dim() if s is None else len(s)), 0)
    dim = [dim] if isinstance(dim, int) else list(dim)
    return dim, [None] * len(dim) if s is None else list(s)


def _transforms():
    """The functions of torch.fft on pairs, by name."""

    def several(kind, inverse, default):
        def transform(x, s=None, dim=default, norm=None):
            axes, sizes = _transform_axes(x, s, dim)
            if not axes:
                return x
            (*axes, last), (*sizes, n) = axes, sizes
            if kind == "real" and not inverse:
                x = _dft(x, n, last, False, norm, real_in=True)
            elif kind == "complex":
                x = _dft(_pair(x), n, last, inverse, norm)
            for axis, size in zip(axes, sizes):
                x = _dft(_pair(x), size, axis, inverse, norm)
            return _dft(_pair(x), n, last, True, norm, real_out=True) if kind == "real" and inverse else x

        return transform

    def single(kind, inverse):
        many = several(kind, inverse, (-1,))
        return lambda x, n=None, dim=-1, norm=None: many(x, None if n is None else (n,), (dim,), norm)

    for prefix, kind in (("", "complex"), ("r", "real")):
        for inverse in (False, True):
            name = ("i" if inverse else "") + prefix + "fft"
            yield name, single(kind, inverse)
            yield name + "2", several(kind, inverse, (-2, -1))
            yield name + "n", several(kind, inverse, None)


def _is_complex(dtype):
    return isinstance(dtype, torch.dtype) and dtype.is_complex


def _fftshift(x, dim=None, back=False):
    axes = range(x.dim()) if dim is None else [dim] if isinstance(dim, int) else dim
    for axis in axes:
        n = int(x.shape[axis])
        x = torch.roll(x, -(n // 2) if back else n // 2, axis)
    return x


def _with_complex(method):
    """A method of tensors as it is, but for complex partners, which real tensors meet as `1j * k`."""

    def called(self, other, *args, **names):
        if _is_complex_valued(other) and not _is_complex_valued(self):
            return getattr(_Pair(self, self * 0.0), method.__name__)(other)
        return method(self, other, *args, **names)

    return called


def _converted(method):
    """x.to(torch.cfloat) and x.type(torch.cfloat) of a real tensor."""

    def called(self, *args, **names):
        if any(_is_complex(each) for each in (*args, *names.values())):
            return _pair(self)
        return method(self, *args, **names)

    return called


def _factory(make):
    def made(*args, **names):
        if not _is_complex(names.get("dtype")):
            return make(*args, **names)
        names["dtype"] = torch.float32 if names["dtype"] is torch.cfloat else torch.float64
        return _Pair(make(*args, **names), make(*args, **dict(names)) * 0)

    return made


_is_plain_tensor = torch.is_tensor


def _is_tensor(x):
    return isinstance(x, _Pair) or _is_plain_tensor(x)


def _keeping_pairs(register_buffer):
    def registered(self, name, tensor, *args, **names):
        if isinstance(tensor, _Pair):
            self.__dict__[name] = tensor
        else:
            register_buffer(self, name, tensor, *args, **names)

    return registered


@contextlib.contextmanager
def _pairs_while_running(model, complex_ones):
    """While the model runs, and only then, its complex parameters are pairs: a tracer that reads attributes wants tensors."""

    def begin(*_):
        for module, name in complex_ones:
            parts = getattr(module, name)
            module.__dict__[name] = _Pair(parts[..., 0], parts[..., 1])

    def end(*_):
        for module, name in complex_ones:
            module.__dict__.pop(name, None)

    hooks = [model.register_forward_pre_hook(begin), model.register_forward_hook(end)]
    try:
        yield
    finally:
        end()
        for hook in hooks:
            hook.remove()


@contextlib.contextmanager
def _complex_as_pairs(model):
    """The model's complex parameters as real ones [..., 2], and PyTorch's complex functions on pairs, for a while."""
    swapped, complex_ones = [], []
    with contextlib.ExitStack() as stack:
        for name, transform in _transforms():
            stack.enter_context(_replaced(torch.fft, name, transform))
        stack.enter_context(_replaced(torch.fft, "fftshift", _fftshift))
        stack.enter_context(_replaced(torch.fft, "ifftshift", lambda x, dim=None: _fftshift(x, dim, True)))
        for name in ("__mul__", "__rmul__", "__add__", "__radd__", "__sub__", "__rsub__", "__truediv__", "__rtruediv__"):
            stack.enter_context(_replaced(torch.Tensor, name, _with_complex(getattr(torch.Tensor, name))))
        for name in ("to", "type"):
            stack.enter_context(_replaced(torch.Tensor, name, _converted(getattr(torch.Tensor, name))))
        stack.enter_context(_replaced(torch.Tensor, "cfloat", _pair))
        # Libraries that keep complex numbers in modules of their own ask what is a tensor, and store what they are given.
        stack.enter_context(_replaced(torch, "is_tensor", _is_tensor))
        stack.enter_context(_replaced(torch.nn.Module, "register_buffer", _keeping_pairs(torch.nn.Module.register_buffer)))
        for name in ("zeros", "ones", "empty"):
            stack.enter_context(_replaced(torch, name, _factory(getattr(torch, name))))
        for name, ordinary in (
            ("complex", _Pair),
            ("polar", lambda r, a: _Pair(r * a.cos(), r * a.sin())),
            ("view_as_complex", lambda x: _Pair(x[..., 0], x[..., 1])),
            ("view_as_real", lambda z: torch.stack([_pair(z).real, _pair(z).imag], -1)),
        ):
            stack.enter_context(_replaced(torch, name, ordinary))
        try:
            for module in model.modules() if not isinstance(model, torch.jit.ScriptModule) else ():
                for kept in (module._parameters, module._buffers):
                    for name, tensor in list(kept.items()):
                        if tensor is None or not tensor.is_complex():
                            continue
                        parts = _view_as_real(tensor.detach()).clone()
                        if kept is module._parameters:
                            parts = torch.nn.Parameter(parts, tensor.requires_grad)
                        parts._complex_parts = True
                        swapped.append((kept, name, tensor))
                        complex_ones.append((module, name))
                        kept[name] = parts
            if complex_ones:
                stack.enter_context(_pairs_while_running(model, complex_ones))
            yield
        finally:
            for kept, name, tensor in swapped:
                kept[name] = tensor


# ---- Tracing and writing -----------------------------------------------------------------------------------------


def _pad_circular(x, pad):
    """F.pad(x, pad, "circular") as slices and concatenations, which every exporter writes alike.

    PyTorch 1.13 exports the mode itself wrongly: the cells before an axis are taken one too far inside
    (x[-2], not x[-1], for one cell), and the widths of the two sides are exchanged. Later ones crop wrongly.
    """
    end = 2**63 - 1  # ONNX's "to the last one"; aten.slice, as x[...] would trace a slice of every axis
    cut = torch.ops.aten.slice
    for axis in range(x.dim() - len(pad) // 2, x.dim()):
        before, after = pad[2 * (x.dim() - 1 - axis)], pad[2 * (x.dim() - 1 - axis) + 1]
        if before < 0 or after < 0:  # crops first, then wraps what is left
            x = cut(x, axis, max(0, -before), after if after < 0 else end, 1)
        parts = [x]
        if before > 0:
            parts.insert(0, cut(x, axis, -before, end, 1))
        if after > 0:
            parts.append(cut(x, axis, 0, after, 1))
        x = torch.cat(parts, axis) if len(parts) > 1 else parts[0]
    return x


def _rot90(x, k=1, dims=(0, 1)):
    a, b = dims
    k = k % 4
    if k == 2:
        return x.flip((a, b))
    return x if k == 0 else x.flip((b if k == 1 else a,)).transpose(a, b)


def _along(x, dim, index, source):
    """The index of index_add as scatter_add wants it: one entry for each of the source's."""
    shape = [1] * max(source.dim(), 1)
    shape[dim] = -1
    return index.reshape(shape).expand(source.shape)


def _index_add(x, dim, index, source, alpha=1):
    return x.scatter_add(dim, _along(x, dim, index, source), source * alpha)


def _index_add_in_place(x, dim, index, source, alpha=1):
    return x.scatter_add_(dim, _along(x, dim, index, source), source * alpha)


def _instance_norm(x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1,
                   eps=1e-5):  # fmt: skip
    """Statistics of each channel of a sample; of channels whose number a trace has lost, no exporter writes them."""
    axes = list(range(2, x.dim()))
    shape = [1, -1] + [1] * len(axes)
    if use_input_stats or running_mean is None:
        mean = x.mean(axes, True)
        variance = ((x - mean) * (x - mean)).mean(axes, True)
    else:
        mean, variance = running_mean.reshape(shape), running_var.reshape(shape)
    x = (x - mean) / (variance + eps).sqrt()
    x = x if weight is None else x * weight.reshape(shape)
    return x if bias is None else x + bias.reshape(shape)


def _matrix_power(x, n):
    if n < 1:
        x, n = (torch.eye(x.shape[-1], dtype=x.dtype).expand_as(x), 1) if n == 0 else (torch.linalg.inv(x), -n)
    power = x
    for _ in range(n - 1):
        power = power @ x
    return power


def _ordinary():
    """Functions that PyTorch's exporter lacks, or writes wrongly, as index_add with repeated indices: owner, name, ours."""
    for name, ordinary in (
        ("rot90", _rot90),
        ("index_add", _index_add),
        ("expm1", lambda x: torch.exp(x) - 1),
        ("exp2", lambda x: torch.pow(2.0, x)),
        ("vdot", lambda x, y: (x * y).sum()),
        ("matrix_power", _matrix_power),
    ):
        for owner in (torch, torch.Tensor):
            if hasattr(owner, name):
                yield owner, name, ordinary
    yield F, "instance_norm", _instance_norm
    yield torch.Tensor, "index_add_", _index_add_in_place
    # Of a constant the exporter drops the axes of one element, and with them where the others are.
    yield torch.Tensor, "expand_as", lambda x, other: x.expand(other.shape)
    yield torch.linalg, "matrix_power", _matrix_power


@contextlib.contextmanager
def _replaced(owner, name, value):
    """owner.name is value for a while."""
    original = getattr(owner, name)
    setattr(owner, name, value)
    try:
        yield
    finally:
        setattr(owner, name, original)


@contextlib.contextmanager
def _traceable(model):
    """PyTorch with the operations that its exporter writes wrongly, or not at all, in terms of ordinary ones."""
    pad = F.pad

    def conv_traceably(conv):
        def convolve(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
            if isinstance(padding, str):  # unknown to PyTorch 1's exporter
                dilations = [dilation] * (weight.dim() - 2) if isinstance(dilation, int) else dilation
                totals = [d * (int(k) - 1) * (padding == "same") for d, k in zip(dilations, weight.shape[2:])]
                padding = [total // 2 for total in totals]
                if any(total % 2 for total in totals):
                    input = pad(input, [more for total in totals[::-1] for more in (0, total % 2)])
            return conv(input, weight, bias, stride, padding, dilation, groups)

        return convolve

    def pad_traceably(input, pad_=None, mode="constant", value=None, **names):
        pad_ = names.get("pad", pad_)
        if isinstance(input, _Pair):
            return input.each(lambda part: pad_traceably(part, pad_, mode, value))
        return _pad_circular(input, pad_) if mode == "circular" else pad(input, pad_, mode, value)

    attention = getattr(torch.backends, "mha", None)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_complex_as_pairs(model))
        for owner, name, ordinary in _ordinary():
            stack.enter_context(_replaced(owner, name, ordinary))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(_replaced(F, "pad", pad_traceably))
        for name in ("conv1d", "conv2d", "conv3d"):
            stack.enter_context(_replaced(F, name, conv_traceably(getattr(F, name))))
        # Attention and encoder layers in eval mode are else one fused operation that ONNX lacks.
        if attention is not None:
            stack.callback(attention.set_fastpath_enabled, attention.get_fastpath_enabled())
            attention.set_fastpath_enabled(False)
        else:  # PyTorch 1 has no such switch; it takes the ordinary path for tensors that override functions.
            stack.enter_context(_replaced(torch.overrides, "has_torch_function", lambda tensors: True))
        yield


@contextlib.contextmanager
def _given_arguments(model, inputs):
    """model.forward without its optional arguments: PyTorch 2 traces their defaults, flags even, as tensors."""
    if isinstance(model, torch.jit.ScriptModule):
        yield
        return
    forward, own = model.forward, "forward" in vars(model)

    def given(*tensors):
        return forward(*tensors)

    # Exporters read how many there are from the signature.
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    given.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in inputs.names])
    model.forward = given
    try:
        yield
    finally:
        if own:
            model.forward = forward
        else:
            del model.forward


def _batches(inputs):
    """What the checks run on. One sample more: of a multiple, a reshape with the size built in may survive."""
    return {
        "the example": inputs,
        "one sample": inputs.map(lambda each: each[:1]),
        "one sample more": inputs.map(lambda each: torch.cat([each, each[:1]])),
    }


def _deviation(a, b):
    """max |a − b| / max |b|, infinite where the shapes differ"""
    if a.shape != b.shape:
        return math.inf
    a, b = a.cpu().double(), b.cpu().double()
    return float((a - b).abs().max() / b.abs().max().clamp_min(1e-30))


def _check_trace(model, inputs, tolerance):
    """The trace against the module on other batch sizes and on other values."""
    try:
        with _traceable(model), _silence():
            traced = torch.jit.trace(model, tuple(inputs), check_trace=False)
    except ExportError as error:
        where = _line_of(model, inputs, error, "")
        raise ExportError("%s It is called in %s." % (error, where) if where else str(error)) from error
    except Exception as error:
        raise ExportError(
            "The model cannot be traced: %s: %s%s. While it is traced, sizes are tensors and not numbers: take int(size) "
            "for those of the grid where they are keys, texts or counts."
            % (type(error).__name__, _first_line(error), _at(_line_of(model, inputs, error, "")))
        ) from error
    batches = _batches(inputs)
    batches["other values"] = inputs.map(lambda each: each.flip(0) * 0.5 + 0.1 * each.roll(1, -1))
    # A path taken by a sign; what takes logarithms has nothing to say to these.
    with contextlib.suppress(Exception):
        negative = inputs.map(torch.neg)
        if bool(torch.isfinite(model(*negative)).all()):
            batches["values of the other sign"] = negative
    worst = 0.0
    for what, batch in batches.items():
        try:
            # Not optimised: the fuser's own rounding (of round, even wrong in PyTorch 2.6) is not the file's.
            with torch.jit.optimized_execution(False):
                deviation = _deviation(traced(*batch), model(*batch))
        except RuntimeError as error:
            raise ExportError(
                "The traced model fails on %s: the batch size %d or a shape is built into its code. "
                "Take sizes from the tensor itself (x.shape[0], -1). PyTorch says: %s"
                % (what, inputs.state.shape[0], str(error).strip().splitlines()[-1])
            ) from error
        if not deviation <= tolerance:
            raise ExportError(
                "The traced model differs from the module by %.1e on %s: its path depends on the values "
                "(an if or a loop over data), or it is random in eval mode." % (deviation, what)
            )
        worst = max(worst, deviation)
    return worst


def _written(model, inputs, expected, opset, tolerance, exporter):
    """The network's file and the report of its checks, by the exporter that is asked for, or by the first that is right."""

    def by(write, how, trace):
        buffer = io.BytesIO()
        report = {"trace": _check_trace(model, inputs, tolerance) if trace else None}
        write(model, inputs, buffer, opset)
        network = buffer.getvalue()
        report["file"] = _check_file(network, model, inputs, tolerance)
        report["onnxruntime"] = _check_onnxruntime(network, inputs, expected, tolerance)
        report["exporter"] = how
        if not trace and not isinstance(report["file"], float) and report["onnxruntime"] is None:
            raise ExportError(
                "The file could not be checked (%s): install the package onnxruntime, which can." % report["file"]
            )
        return network, report

    if exporter != "program":
        try:
            return by(_export_onnx, "trace", True)
        except ExportError as error:
            if exporter == "trace" or not _has_program_exporter():
                raise
            first = error
        try:
            return by(_export_program, "program", False)
        except ExportError as error:
            raise ExportError("%s (PyTorch's other exporter: %s)" % (first, error)) from first
    if not _has_program_exporter():
        raise ExportError(
            'exporter="program" needs PyTorch 2.5 or newer, which this %s is%s, and the package onnxscript (pip install '
            "onnxscript)." % (torch.__version__, "" if _release() >= (2, 5) else " not")
        )
    return by(_export_program, "program", False)


def _release():
    return tuple(int(part) for part in re.findall(r"\d+", torch.__version__)[:2])


def _has_program_exporter():
    return _release() >= (2, 5) and importlib.util.find_spec("onnxscript") is not None


def _export_onnx(model, inputs, buffer, opset):
    options = {
        "input_names": inputs.names,
        "output_names": ["output"],
        "dynamic_axes": {name: {0: "batch"} for name in [*inputs.names, "output"]},
        "opset_version": opset,
        "do_constant_folding": False,
        # PRESERVE in eval mode: running statistics are used, but BatchNorm is not fused into convolutions,
        # so every parameter of the module is a tensor of the file.
        "training": torch.onnx.TrainingMode.PRESERVE,
    }
    if "dynamo" in inspect.signature(torch.onnx.export).parameters:
        # The tracing exporter needs no further packages and keeps the parameters' names.
        options["dynamo"] = False
    try:
        with _traceable(model), _given_arguments(model, inputs), _tensors_alone(model), _without_onnx_package(), _silence():
            with _scattering(opset):
                torch.onnx.export(model, tuple(inputs), buffer, **options)
    except Exception as error:
        raise ExportError(_why_not_exported(model, inputs, error, opset)) from error


@contextlib.contextmanager
def _scattering(opset):
    """scatter_add with PyTorch 1, which refuses it where a trace has lost a size, as behind an open batch."""
    if opset < 16 or not torch.__version__.startswith("1."):
        yield
        return

    def scatter_add(g, x, dim, index, source):
        return g.op("ScatterElements", x, index, source, axis_i=dim.node()["value"], reduction_s="add")

    torch.onnx.register_custom_op_symbolic("aten::scatter_add", scatter_add, opset)
    try:
        yield
    finally:
        torch.onnx.unregister_custom_op_symbolic("aten::scatter_add", opset)


def _export_program(model, inputs, buffer, opset):
    """By torch.export, which sees sizes as numbers and follows Python further; its operators are of opset 18 on."""
    options = {
        "input_names": inputs.names,
        "output_names": ["output"],
        "opset_version": max(opset, 18),
        "dynamo": True,
        "verbose": False,
        "optimize": False,  # which folds parameters into others, and would train what it made
    }
    try:
        with _traceable(model), _given_arguments(model, inputs), _tensors_alone(model), _silence():
            batch = ({0: torch.export.Dim("batch")},) * len(inputs)
            program = torch.export.export(model, tuple(inputs), dynamic_shapes=batch, strict=False)
            proto = torch.onnx.export(program, **options).model_proto
    except Exception as error:
        raise ExportError(_why_not_exported(model, inputs, error, opset)) from error
    version = {entry.domain: entry.version for entry in proto.opset_import}.get("")
    if version != options["opset_version"]:
        raise ExportError("PyTorch %s writes opset %s, not %d; try another opset." % (torch.__version__, version, opset))
    # Parameters that were folded into others could not be trained.
    there = {tensor.name for tensor in proto.graph.initializer}
    gone = [name for name, _ in model.named_parameters() if name not in there]
    if gone:
        raise ExportError("PyTorch's exporter by torch.export leaves out the parameter %s." % ", ".join(gone[:3]))
    buffer.write(proto.SerializeToString())


@contextlib.contextmanager
def _silence():
    """Without the graphs that exporters print when they fail: the sentence says what of them matters."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(before)


@contextlib.contextmanager
def _tensors_alone(model):
    """A state dict of tensors alone, as tracers want it: neuralop's models put the arguments they were made with beside."""
    if isinstance(model, torch.jit.ScriptModule):
        yield
        return
    full, own = model.state_dict, "state_dict" in vars(model)

    def tensors(*args, **names):
        state = full(*args, **names)
        for name in [name for name, value in state.items() if not isinstance(value, torch.Tensor)]:
            del state[name]
        return state

    model.state_dict = tensors
    try:
        yield
    finally:
        if own:
            model.state_dict = full
        else:
            del model.state_dict


def _why_not_exported(model, inputs, error, opset):
    # The newer exporter wraps what stopped it in advice of its own.
    while type(error).__module__.startswith("torch.onnx") and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, ExportError):
        return str(error)
    operator = re.search(r"operator '?(?:aten::)?(\w+)'?", str(error))
    name = operator.group(1) if operator else ""
    if re.match("_?fft_|complex|polar|view_as_(real|complex)", name) or "omplex" in str(error):
        return _no_complex(name or "an operation") + _at(_line_of(model, inputs, error, name))
    stop = "there is no ONNX for %s" % name if operator else _first_line(error)
    return (
        "PyTorch could not export the model: %s%s. Replace that operation by ordinary ones, or try another opset "
        "(now %d)." % (stop, _at(_line_of(model, inputs, error, name)), opset)
    )


def _at(line):
    return " (%s)" % line if line else ""


def _line_of(model, inputs, error, operator):
    """Where in the user's code an operator is called, or the error arises: "net.py, line 12, in forward"."""
    if operator:
        try:
            with _traceable(model), torch.no_grad(), _silence():
                graph = torch.jit.trace(model, tuple(inputs), check_trace=False).inlined_graph
            lines = [line for node in graph.findAllNodes("aten::" + operator) for line in node.sourceRange().splitlines()]
        except Exception:  # whatever stops the trace has stopped the export, and is said already
            lines = []
        for line in lines:
            found = re.match(r"\s*(.+\.py)\((\d+)\): (\S+)", line)
            if found and _is_users(found.group(1)):
                return "%s, line %s, in %s" % (Path(found.group(1)).name, found.group(2), found.group(3))
    while error is not None:
        frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_users(f.filename)]
        inside = [f for f in frames if f.name not in ("export", "main", "<module>")]
        if inside:
            return "%s, line %d, in %s" % (Path(inside[-1].filename).name, inside[-1].lineno, inside[-1].name)
        error = error.__cause__ or error.__context__
    return None


def _is_users(file):
    ours = (str(Path(torch.__file__).parent), __file__)
    return file.endswith(".py") and not file.startswith(ours) and "/lib/python" not in file.replace("site-packages", "")


@contextlib.contextmanager
def _without_onnx_package():
    """Lets PyTorch 2's tracing exporter work where the package onnx is missing.

    It needs that package for one last step alone, adding onnxscript functions, of which a traced network has none.
    """
    step = "_add_onnxscript_fn"
    module = None
    if importlib.util.find_spec("onnx") is None:
        for place in ("_internal.torchscript_exporter.onnx_proto_utils", "_internal.onnx_proto_utils"):
            try:
                module = importlib.import_module("torch.onnx." + place)
                break
            except ImportError:
                continue
    if not hasattr(module, step):
        yield
        return
    original = getattr(module, step)
    setattr(module, step, lambda proto, custom_opsets: proto)
    try:
        yield
    finally:
        setattr(module, step, original)


def _check_onnxruntime(network, inputs, expected, tolerance):
    """Deviation of onnxruntime's output, or None where that package is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    try:
        session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        (output,) = session.run(None, {name: each.cpu().numpy() for name, each in inputs.named.items()})
    except Exception as error:
        raise ExportError(
            "onnxruntime does not run the file (%s): PyTorch %s writes an operation of this network wrongly. Try another "
            "opset or a newer PyTorch." % (_first_line(error), torch.__version__)
        ) from error
    deviation = _deviation(torch.from_numpy(output), expected)
    if not deviation <= tolerance:
        raise ExportError(
            "onnxruntime's output differs from PyTorch's by %.1e: PyTorch %s writes an operation of this network wrongly. "
            "Try another opset or a newer PyTorch, or replace what it does not export faithfully." % (deviation, torch.__version__)
        )
    return deviation


# ---- Series of checkpoints ---------------------------------------------------------------------------------------


def _check_series(checkpoints, network, model, inputs, tolerance):
    """The weights of each checkpoint under the graph's names, with the deviation of the graph that has them."""
    if checkpoints is None:
        return []
    own = {name: tensor.clone() for name, tensor in _named_tensors(model)}
    series = []
    try:
        for name, state in _states(checkpoints):
            _take(model, _state_of(model, state, name), name)
            weights = {key: _as_stored(tensor) for key, tensor in _named_tensors(model)}
            series.append((name, weights, _check_weights(network, weights, model, inputs, tolerance, name)))
    finally:
        _take(model, own, "the model")
    return series


def _named_tensors(model):
    return [*model.named_parameters(), *model.named_buffers()]


def _as_stored(tensor):
    tensor = tensor.detach().cpu()
    tensor = _view_as_real(tensor) if tensor.is_complex() else tensor
    return tensor.float().clone() if tensor.is_floating_point() else tensor.clone()


def _states(checkpoints):
    """(name, what the file holds), numbers in names by their value."""
    if isinstance(checkpoints, dict):
        yield from checkpoints.items()
        return
    files = sorted(glob.glob(str(checkpoints)), key=lambda f: [int(p) if p.isdigit() else p for p in re.split(r"(\d+)", f)])
    if not files:
        raise ExportError("checkpoints: no file matches %s." % checkpoints)
    names = collections.Counter(Path(file).stem for file in files)
    for file in files:
        try:
            state = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:
            raise ExportError(
                "checkpoints: %s is not loaded as weights alone (%s), and loading more could run its code. Pass a dict of "
                "state dicts instead, checkpoints={name: state_dict, ...}, from where you trust it." % (file, _first_line(error))
            ) from error
        yield (Path(file).stem if names[Path(file).stem] == 1 else Path(file).parent.name + "-" + Path(file).stem), state


_USUAL = ("model_state_dict", "state_dict", "model", "net", "network", "module", "params")


def _state_of(model, state, name):
    """The state dict among what a trainer saved, under the model's own names."""
    wanted = [key for key, _ in _named_tensors(model)]
    if hasattr(state, "state_dict"):
        state = state.state_dict()
    candidates = [state, *(state[key] for key in _USUAL if isinstance(state, dict) and isinstance(state.get(key), dict))]
    closest = wanted
    for candidate in candidates:
        keys = [key for key in candidate if isinstance(key, str)] if isinstance(candidate, dict) else []
        ends = {key[: -len(wanted[0])] for key in keys if wanted and key.endswith(wanted[0])}
        for prefix in sorted(ends, key=len):
            missing = [key for key in wanted if prefix + key not in candidate]
            if not missing:
                return {key: candidate[prefix + key] for key in wanted}
            closest = min(closest, missing, key=len)
    raise ExportError(
        "checkpoints: %s has no %s, which the model has; it is of another network, or under a key of its own: pass a dict "
        "of state dicts, checkpoints={name: state_dict, ...}." % (name, ", ".join(closest[:3]))
    )


def _take(model, state, name):
    for key, tensor in _named_tensors(model):
        given = state[key]
        if not isinstance(given, torch.Tensor) or given.shape != tensor.shape:
            shape = list(given.shape) if isinstance(given, torch.Tensor) else type(given).__name__
            raise ExportError("checkpoints: in %s, %s is %s, but %s in the model." % (name, key, shape, list(tensor.shape)))
        if given.is_complex() != tensor.is_complex():
            raise ExportError("checkpoints: in %s, %s is not complex where the model is, or the other way round." % (name, key))
        tensor.data.copy_(given)


def _check_weights(network, weights, model, inputs, tolerance, name):
    """The graph with these weights, evaluated in double precision on one sample, against the module that took them."""
    try:
        nodes, stored = _read_network(network)
        values = {key: weights[key].double() if weights[key].is_floating_point() else weights[key] for key in weights}
        # Of equal tensors the tracing exporter stores one; the others are copies, which have values of their own now.
        nodes = [node for node in nodes if node.outputs[0] not in values]
        sample = inputs.map(lambda each: each[:1])
        output = _evaluate(nodes, {**stored, **values}, sample.named)
    except (_Unknown, KeyError):
        return None
    deviation = _deviation(output, _double_precision(model, inputs)(sample))
    if not deviation <= tolerance:
        raise ExportError(
            "checkpoints: with the weights of %s the graph differs from the module by %.1e: the module computes with "
            "something else that its training changed." % (name, deviation)
        )
    return deviation


_STORED = {torch.float32: "F32", torch.int64: "I64", torch.int32: "I32", torch.bool: "BOOL", torch.uint8: "U8"}


def _write_series(folder, series):
    """A safetensors file for each; their deviations by name."""
    folder.mkdir(exist_ok=True)
    for name, weights, _ in series:
        header, at, pieces = {}, 0, []
        for key, tensor in weights.items():
            if tensor.dtype not in _STORED:
                tensor = tensor.to(torch.int64)
            content = bytes(tensor.contiguous().flatten().view(torch.uint8).tolist()) if tensor.numel() else b""
            header[key] = {"dtype": _STORED[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(content)]}
            at += len(content)
            pieces.append(content)
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        (folder / (name + ".safetensors")).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(pieces))
    return {name: deviation for name, _, deviation in series}


# ---- Checking the file -------------------------------------------------------------------------------------------


class _Unknown(Exception):
    """The evaluator does not know this part of ONNX."""


def _check_file(network, model, inputs, tolerance):
    """Largest deviation of the file, evaluated in double precision, or "not checked: ..."."""
    try:
        nodes, weights = _read_network(network)
    except _Unknown as what:
        return "not checked: %s" % what
    unknown = sorted({node.op for node in nodes} - set(_OPS))
    if unknown:
        return "not checked: " + ", ".join(unknown)
    reference = _double_precision(model, inputs)
    worst = 0.0
    for what, batch in _batches(inputs).items():
        try:
            output = _evaluate(nodes, weights, batch.named)
        except _Unknown as op:
            return "not checked: %s" % op
        except Exception as error:
            if what == "the example":  # rather the evaluator's fault than the file's
                return "not checked: %s" % error
            raise ExportError(
                "The written file fails on %s: the batch size %d is built into it. Take sizes from the tensor "
                "itself (x.shape[0], -1). It fails in %s." % (what, inputs.state.shape[0], error)
            ) from error
        deviation = _deviation(output, reference(batch))
        if not deviation <= tolerance:
            raise ExportError(
                "The written file differs from the module by %.1e on %s%s: PyTorch %s writes it wrongly at opset %d. "
                "Try another opset or a newer PyTorch, or replace that operation by ordinary ones."
                % (deviation, what, _first_to_differ(nodes, weights, model, batch, tolerance), torch.__version__,
                   nodes[0].opset)
            )
        worst = max(worst, deviation)
    return worst


def _double_precision(model, inputs):
    """The model as a function, in double precision where a copy of it can be made and run so."""
    try:
        double = copy.deepcopy(model).cpu().double()
        wide = lambda batch: double(*batch.map(lambda each: each.cpu().double()))  # noqa: E731
        if _deviation(wide(inputs), model(*inputs)) < 1e-2:
            return wide
    except Exception:  # whatever a module's code may raise: types or devices built in, no copy possible
        pass
    return lambda batch: model(*batch)


def _first_to_differ(nodes, weights, model, batch, tolerance):
    """Names the first module, in order of execution, whose output is not that of its last node in the file."""
    names = {module: name for name, module in model.named_modules() if not any(module.children())}
    outputs = {}

    def remember(module, _, output):  # of the first call; returns nothing, or it would replace the output
        outputs.setdefault(module, output)

    hooks = [module.register_forward_hook(remember) for module in names]
    try:
        model(*batch)
    finally:
        for hook in hooks:
            hook.remove()
    last = {_module_of(node): node.outputs[0] for node in nodes}
    values = _evaluate(nodes, weights, batch.named, everything=True)
    for module, output in outputs.items():
        value = values.get(last.get(names[module]))
        if value is not None and torch.is_tensor(output) and not _deviation(value, output) <= tolerance:
            return ", first in %s (%s)" % (names[module], type(module).__name__)
    return ""


def _module_of(node):
    """enc.layers.0.conv from PyTorch's node name /enc/layers/layers.0/conv/Conv: list members repeat the list's."""
    parts = [""] + node.name.split("/")[1:-1]
    name = ""
    for before, part in zip(parts, parts[1:]):
        name += part[len(before) :] if part.startswith(before + ".") else "." + part
    return name[1:]


# The standard's messages by hand: protobuf's wire format, and the field numbers of onnx.proto.


def _read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 0x7F) << shift, shift + 7, at + 1
        if byte < 0x80:
            return value, at


def _message(data):
    """Fields of a message by number, each a list of its values: int for a varint, bytes for everything else."""
    fields, at = collections.defaultdict(list), 0
    while at < len(data):
        key, at = _read_varint(data, at)
        if key & 7 == 0:
            value, at = _read_varint(data, at)
        else:
            size, at = ({1: 8, 5: 4}[key & 7], at) if key & 7 != 2 else _read_varint(data, at)
            value, at = data[at : at + size], at + size
        fields[key >> 3].append(value)
    return fields


def _ints(values):
    out = []
    for value in values:
        if isinstance(value, int):
            out.append(value)
            continue
        at = 0
        while at < len(value):  # packed
            number, at = _read_varint(value, at)
            out.append(number)
    return [n - 2**64 if n >= 2**63 else n for n in out]


def _floats(values, code="f"):
    return [x for value in values for (x,) in struct.iter_unpack("<" + code, value)]


def _text(values):
    return bytes(values[0]).decode() if values else ""


# TensorProto.DataType. The evaluator computes in double precision, int64 and bool.
_TYPES = {1: torch.float32, 2: torch.uint8, 3: torch.int8, 5: torch.int16, 6: torch.int32, 7: torch.int64}
_TYPES.update({9: torch.bool, 10: torch.float16, 11: torch.float64, 16: torch.bfloat16})


def _wide(dtype):
    return torch.float64 if dtype.is_floating_point else dtype if dtype == torch.bool else torch.int64


def _type(code):
    if code not in _TYPES:
        raise _Unknown("tensors of type %d" % code)
    return _TYPES[code]


def _read_tensor(data):
    fields = _message(data)
    dtype = _type(fields[2][0])
    if fields[9]:
        raw = bytearray(fields[9][0])
        values = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
    elif fields[5] and dtype in (torch.float16, torch.bfloat16):
        raise _Unknown("half-precision bit patterns")
    else:
        numbers = _floats(fields[4]) + _floats(fields[10], "d") + _ints(fields[5]) + _ints(fields[7])
        values = torch.tensor(numbers, dtype=_wide(dtype))
    return values.to(_wide(dtype)).reshape(_ints(fields[1]))


class _Node:
    """NodeProto. Called with an attribute's name it gives its value, or the default."""

    def __init__(self, data, opset):
        fields = _message(data)
        self.inputs = [_text([name]) for name in fields[1]]
        self.outputs = [_text([name]) for name in fields[2]]
        self.name, domain = _text(fields[3]), _text(fields[7])
        self.op = (domain + "." if domain not in ("", "ai.onnx") else "") + _text(fields[4])
        self.opset = opset
        self.attributes = {}
        for attribute in map(_message, fields[5]):
            read = {
                1: lambda f: _floats(f[2])[0],
                2: lambda f: _ints(f[3])[0],
                3: lambda f: _text(f[4]),
                4: lambda f: _read_tensor(f[5][0]),
                6: lambda f: _floats(f[7]),
                7: lambda f: _ints(f[8]),
            }.get(_ints(attribute[20])[0])
            if read is not None:  # else a graph: its operator (If, Loop) is not in the table
                self.attributes[_text(attribute[1])] = read(attribute)

    def __call__(self, attribute, default=None):
        return self.attributes.get(attribute, default)


def _read_network(data):
    """The nodes in order and the weights by name. ModelProto: graph 7, opset_import 8; GraphProto: 1 and 5."""
    model = _message(memoryview(data))
    opsets = {_text(f[1]): _ints(f[2])[0] for f in map(_message, model[8])}
    graph = _message(model[7][0])
    nodes = [_Node(node, opsets.get("", opsets.get("ai.onnx"))) for node in graph[1]]
    weights = {_text(_message(tensor)[8]): _read_tensor(tensor) for tensor in graph[5]}
    return nodes, weights


def _evaluate(nodes, weights, inputs, everything=False):
    """The network's output, or every value by name. Values are dropped after their last use."""
    last_use = {name: node for node in nodes for name in node.inputs}
    values = {**weights, **{name: each.cpu().double() for name, each in inputs.items()}}
    values[""] = None  # an optional input left out
    for node in nodes:
        try:
            results = _OPS[node.op](node, *(values[name] for name in node.inputs))
        except _Unknown:
            raise
        except Exception as error:
            raise RuntimeError("%s %s: %s" % (node.op, node.name, error)) from error
        results = results if isinstance(results, (tuple, list)) else [results]
        if len(results) < len(node.outputs):
            raise _Unknown("%s with %d outputs" % (node.op, len(node.outputs)))
        values.update(zip(node.outputs, results))
        if not everything:
            for name in node.inputs:
                if name and last_use[name] is node:
                    values.pop(name, None)
    return values if everything else values["output"]


# ---- The operators, as the ONNX standard defines them (onnx.ai/onnx/operators) -----------------------------------


def _plain(function):
    """An operator that has no attributes."""
    return lambda n, *inputs: function(*inputs)


def _folded(function):
    """An operator of any number of inputs."""
    return lambda n, *inputs: functools.reduce(function, inputs)


def _axes(n, x, axes):
    axes = n("axes", axes)
    return None if axes is None else [int(axis) % max(x.dim(), 1) for axis in axes]


def _reduction(function):
    def reduce(n, x, axes=None):
        axes = _axes(n, x, axes)
        if not axes:
            if n("noop_with_empty_axes", 0):
                return x
            axes = list(range(x.dim()))
        return function(x, axes, bool(n("keepdims", 1)))

    return reduce


def _clip(n, x, low=None, high=None):
    low, high = n("min", low), n("max", high)
    x = x if low is None else torch.maximum(x, torch.as_tensor(low, dtype=x.dtype))
    return x if high is None else torch.minimum(x, torch.as_tensor(high, dtype=x.dtype))


def _softmax(function):
    def softmax(n, x):
        if n.opset >= 13:
            return function(x, n("axis", -1))
        axis = n("axis", 1) % x.dim()  # before opset 13 over this and all later axes together
        return function(x.flatten(axis), -1).reshape(x.shape)

    return softmax


def _gemm(n, a, b, c=None):
    y = n("alpha", 1.0) * ((a.T if n("transA", 0) else a) @ (b.T if n("transB", 0) else b))
    return y if c is None else y + n("beta", 1.0) * c


def _nd(name, x):
    return getattr(F, name % (x.dim() - 2))


def _window(n, x, kernel):
    """strides, dilations and [begin, end] of the padding, for each spatial axis"""
    ones = [1] * len(kernel)
    strides, dilations = n("strides", ones), n("dilations", ones)
    pads, same = n("pads", [0] * 2 * len(kernel)), n("auto_pad", "NOTSET")
    pads = [list(p) for p in zip(pads, pads[len(kernel) :])]
    if same.startswith("SAME"):
        if n.op == "ConvTranspose":
            raise _Unknown("ConvTranspose with auto_pad")
        for i, (size, k, stride, dilation) in enumerate(zip(x.shape[2:], kernel, strides, dilations)):
            total = max(0, (-(-size // stride) - 1) * stride + dilation * (k - 1) + 1 - size)
            pads[i] = [total // 2, total - total // 2][:: -1 if same == "SAME_LOWER" else 1]
    return strides, dilations, pads


def _pad_axes(x, pads, value=0.0):
    """Constant padding of the last axes; negative numbers crop."""
    return F.pad(x, [width for pad in reversed(pads) for width in pad], value=value)


def _conv(n, x, w, b=None):
    strides, dilations, pads = _window(n, x, w.shape[2:])
    return _nd("conv%dd", x)(_pad_axes(x, pads), w, b, strides, 0, dilations, n("group", 1))


def _conv_transpose(n, x, w, b=None):
    strides, dilations, pads = _window(n, x, w.shape[2:])
    if n("output_shape"):
        raise _Unknown("ConvTranspose with output_shape")
    y = _nd("conv_transpose%dd", x)(x, w, None, strides, 0, 0, n("group", 1), dilations)
    extra = n("output_padding", [0] * len(pads))
    y = _pad_axes(y, [[-begin, more - end] for (begin, end), more in zip(pads, extra)])
    return y if b is None else y + b.reshape([-1] + [1] * len(pads))


def _pool(n, x):
    kernel = n("kernel_shape")
    strides, dilations, pads = _window(n, x, kernel)
    surplus = []  # cells that only the ceiling's last window reaches: they never count
    for size, k, stride, dilation, (begin, end) in zip(x.shape[2:], kernel, strides, dilations, pads):
        span = dilation * (k - 1) + 1
        steps = (size + begin + end - span) / stride
        count = math.floor(steps) + 1
        if n("ceil_mode", 0) and math.ceil(steps) * stride < size + begin:
            count = math.ceil(steps) + 1
        surplus.append([0, max(0, (count - 1) * stride + span - size - begin - end)])
    if n.op == "MaxPool":
        x = _pad_axes(_pad_axes(x, pads, -math.inf), surplus, -math.inf)
        return _nd("max_pool%dd", x)(x, kernel, strides, 0, dilations)
    if any(d != 1 for d in dilations):
        raise _Unknown("AveragePool with dilations")
    counted = _pad_axes(torch.ones_like(x[:1, :1]), pads, float(n("count_include_pad", 0)))
    average = _nd("avg_pool%dd", x)
    x, counted = (_pad_axes(t, surplus) for t in (_pad_axes(x, pads), counted))
    return average(x, kernel, strides) / average(counted, kernel, strides)


def _pad(n, x, pads=None, value=None, axes=None):
    pads = [int(p) for p in n("pads", pads)]
    axes = _axes(n, x, axes) or list(range(x.dim()))
    value = n("value", 0.0) if value is None else value
    for axis, before, after in zip(axes, pads, pads[len(axes) :]):
        size, mode = x.shape[axis], n("mode", "constant")
        at = torch.arange(-before, size + after)
        inside = {
            "constant": at.clamp(0, max(size - 1, 0)),
            "edge": at.clamp(0, max(size - 1, 0)),
            "wrap": at % max(size, 1),
            "reflect": size - 1 - (at % max(2 * size - 2, 1) - (size - 1)).abs(),
        }[mode]
        padded = x.index_select(axis, inside)
        if mode == "constant":
            outside = ((at < 0) | (at >= size)).reshape([-1] + [1] * (x.dim() - 1 - axis))
            padded = torch.where(outside, torch.as_tensor(value, dtype=x.dtype), padded)
        x = padded
    return x


def _resize(n, x, *inputs):
    """Every mode is linear and acts axis by axis: a matrix for each."""
    if n.opset >= 11:
        _, scales, sizes = (inputs + (None, None))[:3]
        mode, where = n("mode", "nearest"), n("coordinate_transformation_mode", "half_pixel")
        nearest = n("nearest_mode", "round_prefer_floor")
    else:
        (scales, sizes), mode, where, nearest = (inputs[0], None), n("mode", "nearest"), "asymmetric", "floor"
    if n("antialias", 0) or n("exclude_outside", 0) or n("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise _Unknown("Resize with antialias, exclude_outside or an aspect ratio")
    given = sizes if scales is None or not scales.numel() else scales
    for axis, wanted in zip(_axes(n, x, None) or range(x.dim()), given.tolist()):
        size = x.shape[axis]
        new = wanted if given is sizes else math.floor(size * wanted)
        scale = new / size if given is sizes else wanted
        if scale == 1:
            continue
        out = torch.arange(new, dtype=torch.float64)
        at = {
            "asymmetric": out / scale,
            "half_pixel": (out + 0.5) / scale - 0.5,
            "pytorch_half_pixel": (out + 0.5) / scale - 0.5 if new > 1 else out * 0,
            "align_corners": out * (size - 1) / max(new - 1, 1),
        }.get(where)
        if at is None:
            raise _Unknown("Resize with " + where)
        if mode == "nearest":
            rounded = {"round_prefer_floor": (at - 0.5).ceil(), "round_prefer_ceil": (at + 0.5).floor()}
            taps = [({"floor": at.floor(), "ceil": at.ceil(), **rounded}[nearest], torch.ones_like(at))]
        elif mode == "linear":
            taps = [(at.floor(), at.floor() + 1 - at), (at.floor() + 1, at - at.floor())]
        else:
            a = n("cubic_coeff_a", -0.75)
            taps = []
            for offset in (-1, 0, 1, 2):
                d = (at - at.floor() - offset).abs()
                near, far = ((a + 2) * d - (a + 3)) * d * d + 1, ((a * d - 5 * a) * d + 8 * a) * d - 4 * a
                taps.append((at.floor() + offset, torch.where(d <= 1, near, far)))
        matrix = torch.zeros(new, size, dtype=torch.float64)
        for index, weight in taps:
            matrix.scatter_add_(1, index.long().clamp(0, size - 1)[:, None], weight[:, None])
        x = (x.transpose(axis, -1) @ matrix.T).transpose(axis, -1)
    return x


def _slice(n, x, starts=None, ends=None, axes=None, steps=None):
    starts, ends = n("starts", starts), n("ends", ends)
    axes = _axes(n, x, axes) or range(len(starts))
    steps = [1] * len(starts) if steps is None else steps
    for axis, start, end, step in zip(axes, starts, ends, steps):
        at = range(*slice(int(start), int(end), int(step)).indices(x.shape[axis]))
        x = x.index_select(axis, torch.tensor(at, dtype=torch.int64))
    return x


def _split(n, x, sizes=None):
    axis = n("axis", 0)
    sizes = n("split", sizes)
    if sizes is None:
        return torch.split(x, -(-x.shape[axis] // len(n.outputs)), axis)
    return torch.split(x, [int(size) for size in sizes], axis)


def _squeeze(n, x, axes=None):
    axes = _axes(n, x, axes)
    return x.reshape([s for i, s in enumerate(x.shape) if (s != 1 if axes is None else i not in axes)])


def _unsqueeze(n, x, axes=None):
    axes = [int(axis) for axis in n("axes", axes)]
    for axis in sorted(axis % (x.dim() + len(axes)) for axis in axes):
        x = x.unsqueeze(axis)
    return x


def _reshape(n, x, shape):
    copied = not n("allowzero", 0)
    return x.reshape([x.shape[i] if s == 0 and copied else s for i, s in enumerate(shape.tolist())])


def _gather(n, x, index):
    axis = n("axis", 0) % x.dim()
    picked = x.index_select(axis, index.flatten() % x.shape[axis])
    return picked.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])


def _gather_nd(n, x, index):
    if n("batch_dims", 0):
        raise _Unknown("GatherND with batch_dims")
    return x[tuple(index.unbind(-1))]


def _constant(n):
    value = next(iter(n.attributes.values()))
    if torch.is_tensor(value):
        return value
    return torch.tensor(value, dtype=torch.float64 if "float" in next(iter(n.attributes)) else torch.int64)


def _cumsum(n, x, axis):
    axis = int(axis)
    if n("reverse", 0):
        x = x.flip(axis)
    y = x.cumsum(axis) - (x if n("exclusive", 0) else 0)
    return y.flip(axis) if n("reverse", 0) else y


def _depth_to_space(n, x):
    b, c, h, w = x.shape
    s = n("blocksize")
    if n("mode", "DCR") == "DCR":
        y = x.reshape(b, s, s, c // s**2, h, w).permute(0, 3, 4, 1, 5, 2)
    else:
        y = x.reshape(b, c // s**2, s, s, h, w).permute(0, 1, 4, 2, 5, 3)
    return y.reshape(b, c // s**2, h * s, w * s)


def _batch_norm(n, x, scale, shift, mean, variance):
    if n("training_mode", 0):
        raise _Unknown("BatchNormalization in training mode")
    return F.batch_norm(x, mean, variance, scale, shift, eps=n("epsilon", 1e-5))


def _layer_norm(n, x, scale, shift=None):
    return F.layer_norm(x, x.shape[n("axis", -1) :], scale, shift, n("epsilon", 1e-5))


def _group_norm(n, x, scale, shift):
    per_channel = x.shape[1] // len(scale)  # opset 18 has one scale a group
    scale, shift = scale.repeat_interleave(per_channel), shift.repeat_interleave(per_channel)
    return F.group_norm(x, n("num_groups"), scale, shift, n("epsilon", 1e-5))


def _dropout(n, x, ratio=None, training=None):
    if training is not None and bool(training):
        raise _Unknown("Dropout in training mode")
    return x


# ONNX's name = torch's name, for operators without attributes
_SAME = """
    Abs=abs Neg=neg Exp=exp Log=log Sqrt=sqrt Reciprocal=reciprocal Floor=floor Ceil=ceil Round=round Sign=sign
    Sin=sin Cos=cos Tan=tan Asin=asin Acos=acos Atan=atan Sinh=sinh Cosh=cosh Asinh=asinh Acosh=acosh Atanh=atanh
    Tanh=tanh Sigmoid=sigmoid Erf=erf Relu=relu IsNaN=isnan Identity=clone Add=add Sub=sub Mul=mul MatMul=matmul
    Equal=eq Less=lt LessOrEqual=le Greater=gt GreaterOrEqual=ge Not=logical_not And=logical_and Or=logical_or
    Xor=logical_xor Where=where
"""

def _scatter_elements(n, x, index, updates):
    axis = n("axis", 0)
    index = index % x.shape[axis]
    reduction = n("reduction", "none")
    if reduction == "none":
        return x.scatter(axis, index, updates)
    if reduction == "add":
        return x.scatter_add(axis, index, updates)
    return x.scatter_reduce(axis, index, updates, {"mul": "prod", "max": "amax", "min": "amin"}[reduction])


_OPS = {
    **{onnx: _plain(getattr(torch, name)) for onnx, name in (pair.split("=") for pair in _SAME.split())},
    # elementwise
    "Softplus": _plain(lambda x: torch.logaddexp(x, torch.zeros_like(x))),
    "Softsign": _plain(lambda x: x / (1 + x.abs())),
    "Mish": _plain(F.mish),
    "LeakyRelu": lambda n, x: torch.where(x < 0, n("alpha", 0.01) * x, x),
    "PRelu": _plain(lambda x, slope: torch.where(x < 0, slope * x, x)),
    "Elu": lambda n, x: torch.where(x < 0, n("alpha", 1.0) * torch.expm1(x), x),
    "Celu": lambda n, x: F.celu(x, n("alpha", 1.0)),
    "Selu": lambda n, x: n("gamma", 1.0507009873554805) * F.elu(x, n("alpha", 1.6732632423543772)),
    "Gelu": lambda n, x: F.gelu(x, approximate=n("approximate", "none")),
    "HardSigmoid": lambda n, x: (n("alpha", 0.2) * x + n("beta", 0.5)).clamp(0, 1),
    "HardSwish": _plain(lambda x: x * (x / 6 + 0.5).clamp(0, 1)),
    "Clip": _clip,
    "Div": _plain(lambda x, y: x / y if x.is_floating_point() else torch.div(x, y, rounding_mode="trunc")),
    "Pow": _plain(lambda x, y: torch.pow(x, y).to(x.dtype)),
    "Mod": lambda n, x, y: torch.fmod(x, y) if n("fmod", 0) else torch.remainder(x, y),
    "Min": _folded(torch.minimum),
    "Max": _folded(torch.maximum),
    "Sum": _folded(torch.add),
    "Mean": lambda n, *xs: sum(xs) / len(xs),
    "Cast": lambda n, x: x.to(_wide(_type(n("to")))),
    "CastLike": _plain(lambda x, like: x.to(like.dtype)),
    "Dropout": _dropout,
    # linear algebra and windows
    "Gemm": _gemm,
    "Einsum": lambda n, *xs: torch.einsum(n("equation"), *xs),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalAveragePool": _plain(lambda x: x.mean(tuple(range(2, x.dim())), True)),
    "GlobalMaxPool": _plain(lambda x: x.amax(tuple(range(2, x.dim())), True)),
    "Resize": _resize,
    "Upsample": _resize,
    # normalisation
    "Softmax": _softmax(torch.softmax),
    "LogSoftmax": _softmax(torch.log_softmax),
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "GroupNormalization": _group_norm,
    "InstanceNormalization": lambda n, x, scale, shift: F.group_norm(x, x.shape[1], scale, shift, n("epsilon", 1e-5)),
    # reductions
    "ReduceSum": _reduction(torch.sum),
    "ReduceMean": _reduction(torch.mean),
    "ReduceMax": _reduction(torch.amax),
    "ReduceMin": _reduction(torch.amin),
    "ReduceProd": _reduction(lambda x, axes, keep: functools.reduce(lambda y, a: y.prod(a, keep), sorted(axes)[::-1], x)),
    "ReduceL1": _reduction(lambda x, axes, keep: x.abs().sum(axes, keep)),
    "ReduceL2": _reduction(lambda x, axes, keep: (x * x).sum(axes, keep).sqrt()),
    "ReduceSumSquare": _reduction(lambda x, axes, keep: (x * x).sum(axes, keep)),
    "ReduceLogSumExp": _reduction(torch.logsumexp),
    "CumSum": _cumsum,
    # shape
    "Shape": lambda n, x: torch.tensor(x.shape, dtype=torch.int64)[n("start", 0) : n("end")],
    "Size": _plain(lambda x: torch.tensor(x.numel())),
    "Reshape": _reshape,
    "Flatten": lambda n, x: x.reshape(math.prod(x.shape[: n("axis", 1)]), -1),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": lambda n, x: x.permute(n("perm", list(range(x.dim()))[::-1])),
    "Expand": _plain(lambda x, shape: x.expand(torch.broadcast_shapes(x.shape, shape.tolist()))),
    "Tile": _plain(lambda x, repeats: x.repeat(repeats.tolist())),
    "Concat": lambda n, *xs: torch.cat(xs, n("axis")),
    "Split": _split,
    "Slice": _slice,
    "Pad": _pad,
    "Gather": _gather,
    "GatherElements": lambda n, x, index: x.gather(n("axis", 0), index % x.shape[n("axis", 0)]),
    "GatherND": _gather_nd,
    "ScatterElements": _scatter_elements,
    "DepthToSpace": _depth_to_space,
    "Trilu": lambda n, x, k=None: (torch.triu if n("upper", 1) else torch.tril)(x, 0 if k is None else int(k)),
    # constants
    "Constant": _constant,
    "ConstantOfShape": lambda n, shape: n("value", torch.zeros(1, dtype=torch.float64)).expand(shape.tolist()),
    "Range": _plain(lambda start, end, step: torch.arange(start, end, step, dtype=start.dtype)),
}


# ---- Writing -----------------------------------------------------------------------------------------------------

# A protobuf message is extended by appending fields, so the metadata needs no ONNX package.
# ModelProto.metadata_props is field 14 of StringStringEntryProto {key = 1, value = 2} (onnx.proto).


def _varint(n):
    out = bytearray()
    while True:
        n, low = n >> 7, n & 0x7F
        out.append(low | (0x80 if n else 0))
        if not n:
            return bytes(out)


def _field(number, payload):
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _metadata_property(key, value):
    return _field(14, _field(1, key.encode()) + _field(2, value.encode()))


def _npy(descr, shape, content):
    """One array as NEP 1 has it; its content begins at a multiple of 64 bytes."""
    header = "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }" % (descr, "".join("%d, " % n for n in shape))
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode("latin1") + content


def _write_npz(path, arrays, notes):
    """NumPy's .npz without NumPy, and beside the arrays a text for each note, which numpy.load gives as a string."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, tensor in arrays.items():
            tensor = tensor.to("cpu", torch.float32).contiguous()
            values = tensor.flatten().tolist()
            archive.writestr(name + ".npy", _npy("<f4", tensor.shape, struct.pack("<%df" % len(values), *values)))
        for name, text in notes.items():
            if text is not None:
                archive.writestr(name + ".npy", _npy("<U%d" % len(text), (), text.encode("utf-32-le")))


# ---- From a shell ------------------------------------------------------------------------------------------------


def main(argv=None):
    parser = argparse.ArgumentParser(description="Export a PyTorch model for Noetherscope.")
    parser.add_argument("make", metavar="MODULE:FUNCTION", help="a function that returns (model, inputs) or (model, inputs, targets)")
    parser.add_argument("path", metavar="OUT.onnx")
    parser.add_argument("--checkpoints", metavar="'ckpt_*.pt'", help="weights of a training, each written as safetensors")
    parser.add_argument("--exporter", default="auto", choices=["auto", "trace", "program"])
    for name in ("fields", "output-fields", "axes", "boundary"):
        parser.add_argument("--" + name)
    for name in ("dt", "length"):
        parser.add_argument("--" + name, type=float)
    parser.add_argument("--opset", type=int, default=17)
    options = vars(parser.parse_args(argv))
    module, _, function = options.pop("make").partition(":")
    sys.path.insert(0, "")
    made = getattr(importlib.import_module(module), function or "make")()
    path = options.pop("path")
    try:
        report = export(*made[:2], path, targets=made[2] if len(made) > 2 else None, **options)
    except ExportError as error:
        sys.exit("error: %s" % error)
    print("%s: %s" % (path, json.dumps(report)))


if __name__ == "__main__":
    main()
