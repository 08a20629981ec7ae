"""Kedro datasets for our artifacts: written atomically, the same content is the same bytes, and nothing is a pickle."""

from automl_flow.datasets.arrays import ArraysDataset, RawArraysDataset, SamplesDataset
from automl_flow.datasets.documents import DocumentDataset, SettingsDataset, TextDataset
from automl_flow.datasets.folders import ModelDataset, StateFolderDataset
from automl_flow.datasets.tables import FrameDataset, RawTableDataset, TableDataset

__all__ = [
    "ArraysDataset",
    "DocumentDataset",
    "FrameDataset",
    "ModelDataset",
    "RawArraysDataset",
    "RawTableDataset",
    "SamplesDataset",
    "SettingsDataset",
    "StateFolderDataset",
    "TableDataset",
    "TextDataset",
]
