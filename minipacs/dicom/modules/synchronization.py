"""Synchronization Module, PS3.3 C.7.4.2: filled by `details` alone."""

from __future__ import annotations

from minipacs.dicom.modules.base import Module

TABLE = """
TriggerSourceOrType 3
SynchronizationTrigger 1
SynchronizationChannel 1C
AcquisitionTimeSynchronized 1
TimeSource 3
TimeDistributionProtocol 3
NTPSourceAddress 3
SynchronizationFrameOfReferenceUID 1
"""

MODULE = Module("Synchronization", "C.7.4.2", TABLE)
