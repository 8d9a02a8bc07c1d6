# SPDX-License-Identifier: Apache-2.0
"""The index operation of image relative position encoding as an extension of PyTorch.

    out[b,h,i,j] = in[b,h,i,index[b,i,j]]

`rpe_ops.index.rpe_index` is the operation; `python3 -m rpe_ops build` compiles it for the GPU that is there.
Nothing is imported here, so that the start-up hook can ask whether it is needed on a machine without PyTorch.
"""
