"""Who was deployed where, by whose count, and which lines the shares are held against."""

from recruitment.models.figures import (
    Absence,
    Deployment,
    DeploymentRevision,
    PublishedTotal,
)
from recruitment.models.imports import Import, ImportRow
from recruitment.models.reference import Commitment, Mission, ParityTarget
from recruitment.models.releases import Release, ReleaseMonth, Source

__all__ = [
    "Absence",
    "Commitment",
    "Deployment",
    "DeploymentRevision",
    "Import",
    "ImportRow",
    "Mission",
    "ParityTarget",
    "PublishedTotal",
    "Release",
    "ReleaseMonth",
    "Source",
]
