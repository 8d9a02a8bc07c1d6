# SPDX-License-Identifier: Apache-2.0
"""What the command line prints without a stack trace."""

from __future__ import annotations


class RpeOpsError(RuntimeError):
    """Something that a person has to put right; the text says what."""
