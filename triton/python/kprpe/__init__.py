# SPDX-License-Identifier: Apache-2.0
"""A vision transformer for faces with keypoint-relative position encoding (KP-RPE), as a model of Triton.

Minchul Kim, Yiyang Su, Feng Liu, Anil Jain, Xiaoming Liu: "KeyPoint Relative Position Encoding for Face
Recognition", CVPR 2024. Written here after the paper and after the names and conventions of the authors'
CVLface (MIT licence), so that their weights load; none of their code is in it.
"""
