"""The network room, the only one with pynetdicom: listener, peers, services (scp) and requests to others (scu)."""

import logging as _logging

from pynetdicom import _config as _pynetdicom

# By default pynetdicom writes query keys and answers, with the patients' names in them, to its log.
# Set here, before anything of this room can open an association; a test holds it.
_pynetdicom.LOG_REQUEST_IDENTIFIERS = False
_pynetdicom.LOG_RESPONSE_IDENTIFIERS = False
# Its handlers also format each PDU and message for the log, in the middle of a transfer.
_pynetdicom.LOG_HANDLER_LEVEL = "none"
# Otherwise an aborted C-STORE leaves the patient's object in the folder for temporary files.
_pynetdicom.STORE_RECV_CHUNKED_DATASET = False
# What goes wrong reaches the caller as an exception; its own lines say the same again, with the peer's raw text.
_logging.getLogger("pynetdicom").setLevel(_logging.CRITICAL)
