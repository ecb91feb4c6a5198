"""Export a PyTorch model for Noetherscope.

One file that needs nothing but PyTorch (1.13 or newer): copy it beside your code.

    from noetherscope_export import export

    export(
        model,                      # torch.nn.Module; put into eval mode, and back afterwards
        inputs,                     # example batch [B, C, H, W] (or [B, F]), at least two samples
        "unet.onnx",
        targets=targets,            # optional: what the model should have predicted, same batch
        fields="scalar:density,vector:velocity,scalar:pressure",
        boundary="periodic",
    )

It writes

    unet.onnx            the network with its weights; the batch dimension stays open, every parameter keeps
                         its PyTorch name, BatchNorm stays a layer of its own, nothing is folded
    unet.example.npz     x (the batch), y (the targets, where given), output (what PyTorch computed)

and checks itself: the traced network must agree with the module on another batch size and on other values (a
trace keeps only the path that the example took), and, where the package onnxruntime is installed, the file
must give PyTorch's output. Noetherscope repeats the last check when it opens the file.
"""

import contextlib
import importlib.util
import inspect
import io
import json
import struct
import warnings
import zipfile
from pathlib import Path

import torch

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
    boundary=None,
    dt=None,
    length=None,
    opset=17,
    tolerance=1e-4,
):
    """Write `path` (.onnx) and its example batch; return the report that was stored in the file.

    model: takes one float tensor with the batch in front and returns one.
    fields, output_fields: channel groups in order, as `kind:name,...` with the kinds scalar, pseudoscalar,
        density and vector (two channels, x before y). The last axis of the data is x, the one before it y.
    boundary: "periodic" or "open". dt: time between input and output. length: side of the domain.
    tolerance: largest relative deviation that passes the checks.
    Raises ExportError with a sentence that says what to change.
    """
    path = Path(path)
    inputs = inputs.detach()
    if inputs.dim() < 2 or not inputs.is_floating_point():
        raise ExportError("inputs must be a floating-point batch, [batch, ...].")
    if inputs.shape[0] < 2:
        raise ExportError("Give an example batch of at least two samples, so that the batch axis can be checked.")
    _check_fields(fields, inputs, "fields")

    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            expected = model(inputs)
            if not torch.is_tensor(expected):
                raise ExportError(
                    "The model returns %s; wrap it in a module that returns one tensor." % type(expected).__name__
                )
            if expected.shape[0] != inputs.shape[0]:
                raise ExportError(
                    "The first axis of the output has %d entries for %d samples; it must be the batch."
                    % (expected.shape[0], inputs.shape[0])
                )
            _check_fields(output_fields, expected, "output_fields")
            report = {"trace": _check_trace(model, inputs, tolerance)}
        buffer = io.BytesIO()
        _export_onnx(model, inputs, buffer, opset)
    finally:
        model.train(was_training)

    metadata = {
        "noetherscope": VERSION,
        "torch": torch.__version__,
        "parameters": [name for name, p in _named_unique(model) if p.requires_grad],
        "frozen": [name for name, p in _named_unique(model) if not p.requires_grad],
        "buffers": [name for name, _ in model.named_buffers()],
        "fields": fields,
        "output_fields": output_fields,
        "boundary": boundary,
        "dt": dt,
        "length": length,
        "input_shape": list(inputs.shape[1:]),
        "output_shape": list(expected.shape[1:]),
    }
    bytes_ = buffer.getvalue() + _metadata_property("noetherscope", json.dumps(metadata, sort_keys=True))
    report["onnxruntime"] = _check_onnxruntime(bytes_, inputs, expected, tolerance)

    path.write_bytes(bytes_)
    arrays = {"x": inputs, "output": expected}
    if targets is not None:
        arrays["y"] = targets.detach()
    _write_npz(path.with_name(path.stem + ".example.npz"), arrays)
    return report


def _named_unique(model):
    """Parameters under the first of their names: tied weights occur once, as in the exported file."""
    return list(model.named_parameters())


def _check_fields(fields, tensor, which):
    if fields is None:
        return
    channels = 0
    for part in fields.split(","):
        kind, _, name = part.strip().partition(":")
        if kind not in ("scalar", "pseudoscalar", "density", "vector") or not name:
            raise ExportError(
                '%s: "%s" is not kind:name with the kinds scalar, pseudoscalar, density, vector.' % (which, part)
            )
        channels += 2 if kind == "vector" else 1
    if tensor.dim() > 1 and channels != tensor.shape[1]:
        raise ExportError(
            "%s names %d channels (a vector has two), but the tensor has %d." % (which, channels, tensor.shape[1])
        )


def _deviation(a, b):
    """max |a − b| / max |b|"""
    a, b = a.double(), b.double()
    return float((a - b).abs().max() / b.abs().max().clamp_min(1e-30))


def _check_trace(model, inputs, tolerance):
    """The trace against the module on one sample, on a longer batch and on other values."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(model, inputs, check_trace=False)
    others = {
        "one sample": inputs[:1],
        "a longer batch": torch.cat([inputs, inputs.flip(0)]),
        "other values": inputs.flip(0) * 0.5 + 0.1 * inputs.roll(1, -1),
    }
    worst = 0.0
    for what, batch in others.items():
        try:
            deviation = _deviation(traced(batch), model(batch))
        except RuntimeError as error:
            raise ExportError(
                "The traced model fails on %s: the batch size %d or a shape is built into its code. "
                "Take sizes from the tensor itself (x.shape[0], -1). PyTorch says: %s"
                % (what, inputs.shape[0], str(error).strip().splitlines()[-1])
            ) from error
        if not deviation <= tolerance:
            raise ExportError(
                "The traced model differs from the module by %.1e on %s: its path depends on the values "
                "(an if or a loop over data), or it is random in eval mode." % (deviation, what)
            )
        worst = max(worst, deviation)
    return worst


def _export_onnx(model, inputs, buffer, opset):
    options = {
        "input_names": ["input"],
        "output_names": ["output"],
        "dynamic_axes": {"input": {0: "batch"}, "output": {0: "batch"}},
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
        with warnings.catch_warnings(), _without_onnx_package():
            warnings.simplefilter("ignore")
            torch.onnx.export(model, inputs, buffer, **options)
    except Exception as error:
        raise ExportError(
            "PyTorch could not export the model: %s. Replace that operation by ordinary ones, "
            "or try another opset (now %d)." % (str(error).strip().splitlines()[0], opset)
        ) from error


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


def _check_onnxruntime(bytes_, inputs, expected, tolerance):
    """Deviation of onnxruntime's output, or None where that package is not installed."""
    try:
        import onnxruntime
    except ImportError:
        return None
    session = onnxruntime.InferenceSession(bytes_, providers=["CPUExecutionProvider"])
    (output,) = session.run(None, {"input": inputs.cpu().numpy()})
    deviation = _deviation(torch.from_numpy(output), expected.cpu())
    if not deviation <= tolerance:
        raise ExportError("onnxruntime's output differs from PyTorch's by %.1e." % deviation)
    return deviation


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


def _write_npz(path, arrays):
    """NumPy's .npz without NumPy (NEP 1: the format of .npy)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, tensor in arrays.items():
            tensor = tensor.to("cpu", torch.float32).contiguous()
            shape = "(%s)" % "".join("%d, " % n for n in tensor.shape)
            header = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % shape
            header += " " * (-(10 + len(header) + 1) % 64) + "\n"
            values = tensor.flatten().tolist()
            archive.writestr(
                name + ".npy",
                b"\x93NUMPY\x01\x00"
                + struct.pack("<H", len(header))
                + header.encode("latin1")
                + struct.pack("<%df" % len(values), *values),
            )
