"""Finds the faces of photos and ranks them by likeness to the first one: python3 client.py photo.jpg [more.jpg ...]"""
import base64, json, os, sys, urllib.request

api = os.environ.get("FACE_API_URL", "http://127.0.0.1:8000") + "/api/v1"
headers = {"Content-Type": "application/json", "X-API-KEY": os.environ.get("FACE_V3_API_KEY", "")}


def post(path, body):
    request = urllib.request.Request(api + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


images = [{"id": os.path.basename(p), "data": base64.b64encode(open(p, "rb").read()).decode()} for p in sys.argv[1:]]
results = post("/embeddings", {"images": images, "encoding_format": "base64"})["results"]
faces = [{"id": f"{r['image_id']} at {[round(x) for x in f['bbox']]}", "embedding": f["embedding"]} for r in results for f in r["faces"]]
print(len(faces), "faces")
for match in post("/rerank", {"query_embedding": faces[0]["embedding"], "candidates": faces})["scores"] if faces else []:
    print(f"{match['id']}: same person as the first with probability {match['score']:.3f}")
