"""Compares two services of one contract on your photos: python3 compare_services.py OLD_URL NEW_URL photo.jpg [more.jpg ...]

The key comes from FACE_V3_API_KEY, that of the new service from NEW_API_KEY if it has another one. Judged are faces of at
least LEAST_SIDE (64) pixels: of smaller ones a difference in rounding moves landmarks, and so embeddings. Ends with code 1
when one service alone finds such a face, or its embeddings have a cosine below LEAST_COSINE (0.98).
"""
import base64, json, math, os, statistics, sys, urllib.request

old_key = os.environ.get("FACE_V3_API_KEY", "")
keys = {"old": old_key, "new": os.environ.get("NEW_API_KEY", old_key)}
least_cosine = float(os.environ.get("LEAST_COSINE", "0.98"))
least_side = float(os.environ.get("LEAST_SIDE", "64"))
urls, photos = dict(zip(("old", "new"), sys.argv[1:3])), sys.argv[3:]


def faces_of(service, photo):
    with open(photo, "rb") as file:
        body = {"images": [{"id": "photo", "data": base64.b64encode(file.read()).decode()}]}
    headers = {"Content-Type": "application/json", "X-API-KEY": keys[service]}
    request = urllib.request.Request(urls[service] + "/api/v1/embeddings", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)["results"][0]["faces"]


def overlap(a, b):
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(0, width) * max(0, height)
    area = lambda box: (box[2] - box[0]) * (box[3] - box[1])
    return both / (area(a) + area(b) - both) if both else 0


def cosine(a, b):
    if len(a) != len(b):
        sys.exit(f"the old service gives {len(a)} numbers a face, the new one {len(b)}: these are two models")
    return sum(x * y for x, y in zip(a, b)) / math.hypot(*a) / math.hypot(*b)


def is_judged(face):
    box = face["bbox"]
    return min(box[2] - box[0], box[3] - box[1]) >= least_side


cosines, overlaps, alone, small = [], [], 0, 0
for photo in photos:
    left, right = faces_of("old", photo), faces_of("new", photo)
    pairs = sorted(((overlap(a["bbox"], b["bbox"]), i, j) for i, a in enumerate(left) for j, b in enumerate(right)), reverse=True)
    matched_left, matched_right, of_photo = set(), set(), []
    for share, i, j in pairs:
        if share < 0.5 or i in matched_left or j in matched_right:
            continue
        matched_left.add(i), matched_right.add(j)
        if is_judged(left[i]):
            overlaps.append(share)
            of_photo.append(cosine(left[i]["embedding"], right[j]["embedding"]))
        else:
            small += 1
    unmatched = [f for i, f in enumerate(left) if i not in matched_left] + [f for j, f in enumerate(right) if j not in matched_right]
    alone += sum(map(is_judged, unmatched))
    small += sum(not is_judged(face) for face in unmatched)
    cosines += of_photo
    least = f", least cosine {min(of_photo):.5f}" if of_photo else ""
    print(f"{os.path.basename(photo)}: {len(left)} and {len(right)} faces{least}")
if not cosines:
    sys.exit(f"no face of {least_side:g} pixels was found by both services")
print(f"{len(cosines)} faces found by both, {alone} by one only; {small} are smaller than {least_side:g} pixels and not judged")
print(f"cosine: least {min(cosines):.5f}, median {statistics.median(cosines):.5f}; overlap of boxes: least {min(overlaps):.3f}")
sys.exit(1 if alone or min(cosines) < least_cosine else 0)
