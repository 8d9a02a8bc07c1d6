"""Compares two services of one contract on your photos: python3 compare_services.py OLD_URL NEW_URL photo.jpg [more.jpg ...]

The key comes from FACE_V3_API_KEY, that of the new service from NEW_API_KEY if it has another one. Ends with code 1 when
a face is found by one service only, or its embeddings have a cosine below LEAST_COSINE (0.98).
"""
import base64, json, math, os, statistics, sys, urllib.request

old_key = os.environ.get("FACE_V3_API_KEY", "")
keys = {"old": old_key, "new": os.environ.get("NEW_API_KEY", old_key)}
least_cosine = float(os.environ.get("LEAST_COSINE", "0.98"))
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


cosines, overlaps, alone = [], [], 0
for photo in photos:
    left, right = faces_of("old", photo), faces_of("new", photo)
    pairs = sorted(((overlap(a["bbox"], b["bbox"]), i, j) for i, a in enumerate(left) for j, b in enumerate(right)), reverse=True)
    matched_left, matched_right, of_photo = set(), set(), []
    for share, i, j in pairs:
        if share >= 0.5 and i not in matched_left and j not in matched_right:
            matched_left.add(i), matched_right.add(j)
            overlaps.append(share)
            of_photo.append(cosine(left[i]["embedding"], right[j]["embedding"]))
    alone += len(left) + len(right) - 2 * len(of_photo)
    cosines += of_photo
    least = f", least cosine {min(of_photo):.5f}" if of_photo else ""
    print(f"{os.path.basename(photo)}: {len(left)} and {len(right)} faces{least}")
if not cosines:
    sys.exit("no face was found by both services")
print(f"{len(cosines)} faces found by both, {alone} by one only")
print(f"cosine: least {min(cosines):.5f}, median {statistics.median(cosines):.5f}; overlap of boxes: least {min(overlaps):.3f}")
sys.exit(1 if alone or min(cosines) < least_cosine else 0)
